//! UnicodeEncodeError, UnicodeDecodeError, UnicodeTranslateError.

use crate::exception::{base, extra, extra_field, set_extra_field};
use crate::util::getset;
use coil_value::{Ref, Value};
use taipan_objects::bytes::Bytes;
use taipan_objects::class::TypeDef;
use taipan_objects::exception::{self, set_extra};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{Type, types};
use taipan_objects::vm::Vm;

/// What an argument has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Bytes,
    Index,
}

macro_rules! unicode_error {
    ($name:ident, $ty:ident, $about:literal, [$($field:literal $index:literal $kind:ident),*] $($none:literal)?, $str:expr) => {
        #[doc = $about]
        pub(crate) static $name: TypeDef = TypeDef {
            ty: &types::$ty,
            slots: |slots: &mut Slots| {
                slots.init = Some(|vm, this, args| init(vm, this, args, &[$(Kind::$kind),*]));
                slots.str = Some($str);
            },
            methods: &[],
            getset: getset! {
                $($field => getter!($index $kind), set_extra_field!($index);)*
                $($none => |_, _| Ok(taipan_objects::ty::none());)?
            },
            doc: $about,
            module: "",
        };
    };
}
/// Numbers are 0 where unset, other fields None.
macro_rules! getter {
    ($index:literal Index) => {
        |_, this| {
            Ok(exception::extra(mem::expect_ref(this), $index).unwrap_or_else(|| number::small(0)))
        }
    };
    ($index:literal $kind:ident) => {
        extra_field!($index)
    };
}
unicode_error!(
    ENCODE_ERROR, UnicodeEncodeError, "Unicode encoding error.",
    ["encoding" 0 Text, "object" 1 Text, "start" 2 Index, "end" 3 Index, "reason" 4 Text],
    |vm, this| shown(vm, this, 1, "encode")
);
unicode_error!(
    DECODE_ERROR, UnicodeDecodeError, "Unicode decoding error.",
    ["encoding" 0 Text, "object" 1 Bytes, "start" 2 Index, "end" 3 Index, "reason" 4 Text],
    |vm, this| shown(vm, this, 1, "decode")
);
unicode_error!(
    TRANSLATE_ERROR, UnicodeTranslateError, "Unicode translation error.",
    ["object" 0 Text, "start" 1 Index, "end" 2 Index, "reason" 3 Text] "encoding",
    |vm, this| shown(vm, this, 0, "translate")
);

fn init(vm: &mut Vm, this: Value, args: Args, kinds: &[Kind]) -> PyResult<()> {
    base::init(vm, this, args)?;
    let (count, wanted) = (args.len(), kinds.len());
    if count != wanted {
        return Err(vm.raise_type(&format!(
            "function takes exactly {wanted} arguments ({count} given)"
        )));
    }
    let object = mem::expect_ref(this);
    for (index, kind) in kinds.iter().enumerate() {
        let mut value = args.at(index);
        match kind {
            Kind::Text if Str::of(value).is_none() => {
                let name = protocol::type_name(value);
                return Err(
                    vm.raise_type(&format!("argument {} must be str, not {name}", index + 1))
                );
            }
            Kind::Index => {
                let number = protocol::index_i64(vm, value)?;
                value = vm.new_int(number)?;
            }
            Kind::Bytes if Bytes::of(value).is_none() => {
                if !Type::of(value).is_subtype(types::BYTEARRAY.ty())
                    && !Type::of(value).is(&types::MEMORYVIEW)
                {
                    let name = protocol::type_name(value);
                    return Err(
                        vm.raise_type(&format!("a bytes-like object is required, not '{name}'"))
                    );
                }
                value = protocol::call(vm, types::BYTES.value(), &[value])?;
            }
            _ => {}
        }
        set_extra(vm, object, index, Some(value));
    }
    Ok(())
}

/// Fields of an exception made natively: the arguments as they are.
pub(crate) fn derive(vm: &mut Vm, object: Ref, args: Tuple) {
    for index in 0..args.len().min(5) {
        set_extra(vm, object, index, args.get(index));
    }
}

/// The text; `first` is the field of the object, start, end and reason follow it.
fn shown(vm: &mut Vm, this: Value, first: usize, verb: &str) -> PyResult {
    let Some(object) = extra(this, first) else {
        return vm.new_str("");
    };
    let index = |offset: usize| {
        extra(this, first + offset)
            .and_then(number::i64_of)
            .unwrap_or(0)
    };
    let (start, end) = (index(1), index(2));
    let reason = match extra(this, first + 3) {
        Some(reason) => protocol::str_text(vm, reason)?,
        None => String::new(),
    };
    let codec = match extra(this, 0).filter(|_| first == 1) {
        Some(encoding) => format!("'{}' codec ", protocol::str_text(vm, encoding)?),
        None => String::new(),
    };
    let place = usize::try_from(start).ok();
    let single = end == start.wrapping_add(1);
    let one = match (Str::of(object), Bytes::of(object), place) {
        (Some(text), _, Some(place)) if single && place < text.len() => {
            let point = text.at(place);
            Some(match point {
                0..=0xff => format!("character '\\x{point:02x}'"),
                0x100..=0xffff => format!("character '\\u{point:04x}'"),
                _ => format!("character '\\U{point:08x}'"),
            })
        }
        (_, Some(bytes), Some(place)) if single && place < bytes.data().len() => {
            Some(format!("byte 0x{:02x}", bytes.data()[place]))
        }
        _ => None,
    };
    let text = match one {
        Some(what) => format!("{codec}can't {verb} {what} in position {start}: {reason}"),
        None => {
            let what = if verb == "decode" {
                "bytes"
            } else {
                "characters"
            };
            format!(
                "{codec}can't {verb} {what} in position {start}-{}: {reason}",
                end.wrapping_sub(1)
            )
        }
    };
    vm.new_str(&text)
}
