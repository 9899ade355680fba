//! `memoryview` of bytes, bytearray and arrays of bytes, format `B`, one dimension. Fields: the object shown (unset when released), first byte, number of
//! bytes, distance of bytes, whether it is read-only.
//!
//! A view looks its bytes up at every access, so a bytearray may change its size while views of it are about; what is gone reads as an error.

use crate::args::{Bounds, position, slice_bounds};
use crate::bytes_convert::copied;
use coil_value::{Ref, Value};
use taipan_objects::bytes::{ByteArray, Bytes};
use taipan_objects::class::TypeDef;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::slice::slice_of;
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::str::{Str, hash_bytes};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Raised, Vm, natives, number, protocol};

/// `memoryview`.
pub(crate) static MEMORYVIEW: TypeDef = TypeDef {
    ty: &types::MEMORYVIEW,
    slots,
    methods: METHODS,
    getset: GETSET,
    doc: "Create a new memoryview object which references the given object.",
    module: "",
};

natives! {
    static METHODS = {
        "release" method NoArgs, "($self, /)" => release;
        "cast" method Signature(1), "($self, /, format, shape=<unrepresentable>)" => cast;
        "toreadonly" method NoArgs, "($self, /)" => toreadonly;
        "tobytes" method Signature(0), "($self, /, order='C')" => tobytes;
        "tolist" method NoArgs, "($self, /)" => tolist;
        "hex" method Signature(0), "($self, /, sep=<unrepresentable>, bytes_per_sep=1)" => hex;
        "count" method One, "($self, value, /)" => count;
        "index" method Positional(1, 3), "($self, value, start=0, stop=sys.maxsize, /)" => index;
        "_from_flags" classmethod Signature(2), "($type, /, object, flags)" => from_flags;
        "__enter__" method NoArgs, "($self, /)" => enter;
        "__exit__" method Any, "($self, /, *exc_info)" => release;
        "__buffer__" method One, "($self, flags, /)" => buffer;
        "__release_buffer__" method One, "($self, buffer, /)" => release_buffer;
        "__class_getitem__" classmethod One, "($type, object, /)" => class_getitem;
    }
}

macro_rules! attributes {
    ($($name:literal |$vm:ident, $view:ident| $value:expr;)*) => {
        static GETSET: &[GetSetDef] = &[$(GetSetDef {
            name: $name,
            get: |$vm, value| {
                let $view = live($vm, value)?;
                $value
            },
            set: None,
        }),*];
    };
}
attributes! {
    "obj" |vm, view| { let _ = vm; Ok(view.object) };
    "nbytes" |vm, view| { let _ = vm; Ok(number::size(view.bounds.count)) };
    "readonly" |vm, view| { let _ = vm; Ok(ty::bool_value(view.readonly)) };
    "itemsize" |vm, _view| vm.new_int(1);
    "format" |vm, _view| vm.new_str("B");
    "ndim" |vm, _view| vm.new_int(1);
    "shape" |vm, view| vm.new_tuple(&[number::size(view.bounds.count)]);
    "strides" |vm, view| vm.new_tuple(&[number::small(view.bounds.step)]);
    "suboffsets" |vm, _view| Ok(vm.interp.empty_tuple());
    "c_contiguous" |vm, view| { let _ = vm; Ok(ty::bool_value(view.contiguous())) };
    "f_contiguous" |vm, view| { let _ = vm; Ok(ty::bool_value(view.contiguous())) };
    "contiguous" |vm, view| { let _ = vm; Ok(ty::bool_value(view.contiguous())) };
}

fn slots(slots: &mut Slots) {
    slots.repr = Some(repr);
    slots.hash = Some(hash);
    slots.compare = Some(compare);
    slots.len = Some(|vm, value| Ok(live(vm, value)?.bounds.count));
    slots.get_item = Some(get_item);
    slots.set_item = Some(set_item);
    slots.iter = Some(|vm, value| {
        let list = list(vm, value)?;
        protocol::iter(vm, list)
    });
    slots.new = Some(new);
}

/// What a view shows.
#[derive(Clone, Copy)]
struct View {
    object: Value,
    bounds: Bounds,
    readonly: bool,
}

impl View {
    fn of(value: Value) -> Option<View> {
        let this: Ref = value.as_ref()?;
        if !Type::of(value).is(&types::MEMORYVIEW) {
            return None;
        }
        let field = |index| number::i64_of(Vm::field(this, index)?);
        Some(View {
            object: Vm::field(this, 0)?,
            bounds: Bounds {
                start: usize::try_from(field(1)?).ok()?,
                step: field(3)?,
                count: usize::try_from(field(2)?).ok()?,
            },
            readonly: field(4)? != 0,
        })
    }

    fn contiguous(self) -> bool {
        self.bounds.step == 1 || self.bounds.count < 2
    }

    /// All bytes of the object shown.
    fn whole<'a>(self) -> &'a [u8] {
        match Bytes::of(self.object) {
            Some(bytes) => bytes.data(),
            None => ByteArray::behind(self.object).map_or(&[], ByteArray::data),
        }
    }

    fn contents(self) -> Option<Vec<u8>> {
        let whole = self.whole();
        self.bounds
            .indices()
            .map(|index| whole.get(index).copied())
            .collect()
    }
}

/// The bytes that a view shows, copied; none for what is no view, or released.
pub(crate) fn contents(value: Value) -> Option<Vec<u8>> {
    View::of(value)?.contents()
}

#[cold]
fn released(vm: &mut Vm) -> Raised {
    vm.raise_value("operation forbidden on released memoryview object")
}

fn live(vm: &mut Vm, value: Value) -> PyResult<View> {
    View::of(value).ok_or(()).map_err(|()| released(vm))
}

/// The bytes of a live view.
fn bytes_of(vm: &mut Vm, value: Value) -> PyResult<Vec<u8>> {
    let view = live(vm, value)?;
    match view.contents() {
        Some(data) => Ok(data),
        None => Err(vm.raise_buffer("the memory shown is gone: the object was resized")),
    }
}

fn make(vm: &mut Vm, view: View) -> PyResult {
    let fields = [
        Some(view.object),
        Some(number::size(view.bounds.start)),
        Some(number::size(view.bounds.count)),
        Some(number::small(view.bounds.step)),
        Some(number::small(i64::from(view.readonly))),
    ];
    vm.new_fields(types::MEMORYVIEW.ty(), &fields)
}

fn view_on(vm: &mut Vm, object: Value) -> PyResult {
    if Type::of(object).is(&types::MEMORYVIEW) {
        let view = live(vm, object)?;
        return make(vm, view);
    }
    let (count, readonly) = match (Bytes::of(object), ByteArray::behind(object)) {
        (Some(bytes), _) => (bytes.data().len(), true),
        (None, Some(array)) => (array.len(), false),
        (None, None) => {
            let name = protocol::type_name(object);
            return Err(vm.raise_type(&format!(
                "memoryview: a bytes-like object is required, not '{name}'"
            )));
        }
    };
    // Of an array: the second field is the letter of its items' kind.
    if Bytes::of(object).is_none() && ByteArray::of(object).is_none() {
        let code = object.as_ref().and_then(|row| Vm::field(row, 1));
        if code.and_then(number::i64_of) != Some(i64::from(b'B')) {
            return Err(
                vm.raise_not_implemented("memoryview supports arrays of typecode 'B' only so far")
            );
        }
    }
    let bounds = Bounds {
        start: 0,
        step: 1,
        count,
    };
    make(
        vm,
        View {
            object,
            bounds,
            readonly,
        },
    )
}

fn new(vm: &mut Vm, _: Type, args: Args) -> PyResult {
    let object = args.get(0).or_else(|| args.keyword_named("object"));
    let given = args.len() + args.keyword_count();
    match object {
        Some(object) if given == 1 => view_on(vm, object),
        None => Err(vm.raise_type("memoryview() missing required argument 'object' (pos 1)")),
        Some(_) => Err(vm.raise_type(&format!(
            "memoryview() takes at most 1 argument ({given} given)"
        ))),
    }
}

fn from_flags(vm: &mut Vm, args: Args) -> PyResult {
    view_on(vm, args.at(1))
}

/// `__buffer__` of bytes, bytearray and memoryview.
pub(crate) fn buffer(vm: &mut Vm, args: Args) -> PyResult {
    protocol::index_i64(vm, args.at(1))?;
    view_on(vm, args.at(0))
}

/// `__release_buffer__`
pub(crate) fn release_buffer(vm: &mut Vm, args: Args) -> PyResult {
    if !Type::of(args.at(1)).is(&types::MEMORYVIEW) {
        return Err(vm.raise_type("expected a memoryview object"));
    }
    release(vm, args.skip(1))
}

fn release(vm: &mut Vm, args: Args) -> PyResult {
    let object = args.at(0).as_ref().expect("views are objects");
    vm.set_field(object, 0, None);
    Ok(ty::none())
}

fn enter(vm: &mut Vm, args: Args) -> PyResult {
    live(vm, args.at(0))?;
    Ok(args.at(0))
}

fn class_getitem(vm: &mut Vm, args: Args) -> PyResult {
    let alias = types::GENERIC_ALIAS.value();
    protocol::call(vm, alias, &[args.at(0), args.at(1)])
}

fn repr(vm: &mut Vm, value: Value) -> PyResult {
    let kind = if View::of(value).is_some() {
        "memory"
    } else {
        "released memory"
    };
    let address = protocol::object_id(value);
    vm.new_str(&format!("<{kind} at {address:#x}>"))
}

fn hash(vm: &mut Vm, value: Value) -> PyResult<i64> {
    let view = live(vm, value)?;
    if !view.readonly {
        return Err(vm.raise_value("cannot hash writable memoryview object"));
    }
    Ok(hash_bytes(&bytes_of(vm, value)?))
}

fn compare(_: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(ty::not_implemented());
    }
    let equal = match (copied(a), copied(b)) {
        (Some(a), Some(b)) => a == b,
        (Some(_), None) if !Type::of(b).is(&types::MEMORYVIEW) => return Ok(ty::not_implemented()),
        _ => a == b,
    };
    Ok(ty::bool_value(equal == (op == CompareOp::Eq)))
}

fn get_item(vm: &mut Vm, value: Value, key: Value) -> PyResult {
    let view = live(vm, value)?;
    if let Some(slice) = slice_of(key) {
        let part = slice_bounds(vm, slice, || view.bounds.count)?;
        let bounds = part_of(view.bounds, part);
        return make(vm, View { bounds, ..view });
    }
    let index = item_index(vm, view, key)?;
    match view.whole().get(index) {
        Some(byte) => Ok(number::small(i64::from(*byte))),
        None => Err(vm.raise_index("index out of bounds on dimension 1")),
    }
}

/// A slice of a view in terms of the object shown.
fn part_of(bounds: Bounds, part: Bounds) -> Bounds {
    let start = bounds.start as i64 + part.start as i64 * bounds.step;
    Bounds {
        start: start.max(0) as usize,
        step: bounds.step.saturating_mul(part.step),
        count: part.count,
    }
}

/// Where in the object shown an index of the view is.
fn item_index(vm: &mut Vm, view: View, key: Value) -> PyResult<usize> {
    if number::int_of(key).is_none() && Type::of(key).slots().index.is_none() {
        return Err(vm.raise_type("memoryview: invalid slice key"));
    }
    let index = protocol::index_clamped(vm, key)?;
    match position(index, view.bounds.count) {
        Some(index) => Ok((view.bounds.start as i64 + index as i64 * view.bounds.step) as usize),
        None => Err(vm.raise_index("index out of bounds on dimension 1")),
    }
}

fn set_item(vm: &mut Vm, value: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    let view = live(vm, value)?;
    let array = match ByteArray::behind(view.object) {
        Some(array) if !view.readonly => array,
        _ => return Err(vm.raise_type("cannot modify read-only memory")),
    };
    let Some(new) = new else {
        return Err(vm.raise_type("cannot delete memory"));
    };
    if let Some(slice) = slice_of(key) {
        let part = slice_bounds(vm, slice, || view.bounds.count)?;
        let bounds = part_of(view.bounds, part);
        let Some(source) = copied(new) else {
            let name = protocol::type_name(new);
            return Err(vm.raise_type(&format!("a bytes-like object is required, not '{name}'")));
        };
        if source.len() != bounds.count {
            return Err(vm.raise_value(
                "memoryview assignment: lvalue and rvalue have different structures",
            ));
        }
        let data = array.data_mut();
        for (index, byte) in bounds.indices().zip(source) {
            if let Some(place) = data.get_mut(index) {
                *place = byte;
            }
        }
        return Ok(());
    }
    let index = item_index(vm, view, key)?;
    if number::int_of(new).is_none() && Type::of(new).slots().index.is_none() {
        return Err(vm.raise_type("memoryview: invalid type for format 'B'"));
    }
    let byte = protocol::index_clamped(vm, new)?;
    let Ok(byte) = u8::try_from(byte) else {
        return Err(vm.raise_value("memoryview: invalid value for format 'B'"));
    };
    match array.data_mut().get_mut(index) {
        Some(place) => {
            *place = byte;
            Ok(())
        }
        None => Err(vm.raise_index("index out of bounds on dimension 1")),
    }
}

fn cast(vm: &mut Vm, args: Args) -> PyResult {
    let view = live(vm, args.at(0))?;
    let Some(format) = Str::of(args.at(1)) else {
        return Err(vm.raise_type("memoryview: format argument must be a string"));
    };
    if (format.is("B") || format.is("@B")) && args.get(2).is_none() {
        return make(vm, view);
    }
    let native = format.to_rust();
    let native = native.strip_prefix('@').unwrap_or(&native);
    if native.len() == 1 && "cbBhHiIlLqQnNfdPe?".contains(native) {
        return Err(vm.raise_not_implemented("memoryview.cast supports format 'B' only so far"));
    }
    Err(vm.raise_value(
        "memoryview: destination format must be a native single character format prefixed with an optional '@'",
    ))
}

fn toreadonly(vm: &mut Vm, args: Args) -> PyResult {
    let view = live(vm, args.at(0))?;
    make(
        vm,
        View {
            readonly: true,
            ..view
        },
    )
}

fn tobytes(vm: &mut Vm, args: Args) -> PyResult {
    if let Some(order) = crate::args::given(args.get(1)) {
        let known = Str::of(order).is_some_and(|o| o.is("C") || o.is("F") || o.is("A"));
        if !known {
            return Err(vm.raise_value("order must be 'C', 'F' or 'A'"));
        }
    }
    let data = bytes_of(vm, args.at(0))?;
    vm.new_bytes(&data)
}

fn list(vm: &mut Vm, value: Value) -> PyResult {
    let data = bytes_of(vm, value)?;
    let item = |index: usize| number::small(i64::from(data[index]));
    Ok(vm.new_list_from(data.len(), item)?.value())
}

fn tolist(vm: &mut Vm, args: Args) -> PyResult {
    list(vm, args.at(0))
}

fn hex(vm: &mut Vm, args: Args) -> PyResult {
    bytes_of(vm, args.at(0))?;
    crate::bytes_hex::hex(vm, args)
}

fn count(vm: &mut Vm, args: Args) -> PyResult {
    let data = bytes_of(vm, args.at(0))?;
    let wanted = number::i64_of(args.at(1));
    let found = data.iter().filter(|byte| Some(i64::from(**byte)) == wanted);
    Ok(number::size(found.count()))
}

fn index(vm: &mut Vm, args: Args) -> PyResult {
    let data = bytes_of(vm, args.at(0))?;
    let wanted = number::i64_of(args.at(1));
    let range = crate::args::range(vm, args.get(2), args.get(3), data.len())?;
    let (start, end) = range.unwrap_or((0, 0));
    match (start..end).find(|index| Some(i64::from(data[*index])) == wanted) {
        Some(at) => Ok(number::size(at)),
        None => Err(vm.raise_value("memoryview.index(x): x not found")),
    }
}
