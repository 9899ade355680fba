//! Universal newlines, and `IncrementalNewlineDecoder`. Its fields: decoder, state bits.

use crate::args::bind;
use crate::fields::{get, getset, int, io_types, set, set_small};
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::str::{Str, Text};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm, natives};

io_types! {
    pub(crate) TYPES {
        "IncrementalNewlineDecoder" NEWLINE_DECODER NEWLINE_DECODER_DEF: &types::OBJECT, FIELDS, dict false, slots, METHODS, GETSET, "Codec used when reading a file in universal newlines mode.\n\nIt wraps another incremental decoder, translating \\r\\n and \\r into \\n.\nIt also records the types of newlines encountered.  When used with\ntranslate=False, it ensures that the newline sequence is returned in\none piece. When used with decoder=None, it expects unicode strings as\ndecode input and translates newlines without first invoking an external\ndecoder.";
    }
}

/// What a stream of text has shown of line ends.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Newlines {
    /// A `\r` is held back: `\n` may follow.
    pub(crate) pending_cr: bool,
    /// Kinds seen, as bits.
    pub(crate) seen: i64,
}

/// `\r` seen.
pub(crate) const SEEN_CR: i64 = 1;
/// `\n` seen.
pub(crate) const SEEN_LF: i64 = 2;
/// `\r\n` seen.
pub(crate) const SEEN_CRLF: i64 = 4;

impl Newlines {
    /// Takes the next piece of text; line ends become `\n` if `translate`. A `\r` at the end is held back unless it is the `last` piece.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn decode(
        &mut self,
        vm: &mut Vm,
        text: Str,
        translate: bool,
        last: bool,
    ) -> PyResult<Str> {
        if !self.pending_cr {
            if text.is_empty() {
                return Ok(text);
            }
            let plain = match text.text() {
                Text::Ascii(bytes) | Text::Latin1(bytes) => {
                    crate::buffered::find_byte(bytes, b'\r').is_none()
                }
                other => !other.iter().any(|c| c == u32::from('\r')),
            };
            if plain {
                if self.seen & SEEN_LF == 0 && text.text().iter().any(|c| c == u32::from('\n')) {
                    self.seen |= SEEN_LF;
                }
                return Ok(text);
            }
        }
        let mut input = Vec::with_capacity(text.len() + 1);
        if self.pending_cr && (last || !text.is_empty()) {
            input.push(u32::from('\r'));
            self.pending_cr = false;
        }
        input.extend(text.text().iter());
        if !last && input.last() == Some(&u32::from('\r')) {
            input.pop();
            self.pending_cr = true;
        }
        let out = self.translated(&input, translate);
        let out = vm.new_str_points(&out)?;
        Ok(Str::of(out).expect("a new string"))
    }

    /// Records the line ends of a text, and translates them.
    pub(crate) fn translated(&mut self, input: &[u32], translate: bool) -> Vec<u32> {
        let (cr, lf) = (u32::from('\r'), u32::from('\n'));
        let mut out = Vec::with_capacity(input.len());
        let mut at = 0;
        while at < input.len() {
            let point = input[at];
            at += 1;
            if point == cr {
                let pair = input.get(at) == Some(&lf);
                self.seen |= if pair { SEEN_CRLF } else { SEEN_CR };
                at += usize::from(pair);
                if translate {
                    out.push(lf);
                } else {
                    out.push(cr);
                    out.extend(pair.then_some(lf));
                }
                continue;
            }
            if point == lf {
                self.seen |= SEEN_LF;
            }
            out.push(point);
        }
        out
    }
}

/// What attribute `newlines` says.
///
/// # Errors
/// MemoryError.
pub(crate) fn seen_value(vm: &mut Vm, seen: i64) -> PyResult {
    let all: Vec<&str> = [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")]
        .iter()
        .filter(|(bit, _)| seen & bit != 0)
        .map(|(_, text)| *text)
        .collect();
    match all[..] {
        [] => Ok(ty::none()),
        [one] => vm.new_str(one),
        [one, two] => {
            let items = [vm.new_str(one)?, vm.new_str(two)?];
            vm.new_tuple(&items)
        }
        _ => {
            let items = [vm.new_str("\r")?, vm.new_str("\n")?, vm.new_str("\r\n")?];
            vm.new_tuple(&items)
        }
    }
}

const DECODER: usize = 0;
const STATE: usize = 1;
const READY: i64 = 8;
const TRANSLATE: i64 = 16;
const PENDING: i64 = 32;

fn slots(slots: &mut Slots) {
    slots.new = Some(|vm, ty, _| vm.new_fields(ty, &[None, Some(number::small(0))]));
    slots.init = Some(init);
}

natives! {
    static METHODS = {
        "decode" method Signature(1), "($self, /, input, final=False)" => decode;
        "getstate" method NoArgs, "($self, /)" => getstate;
        "setstate" method One, "($self, state, /)" => setstate;
        "reset" method NoArgs, "($self, /)" => reset;
    }
}

static GETSET: &[GetSetDef] = getset! {
    "newlines" => |vm, this| {
        ready(vm, this)?;
        seen_value(vm, int(this, STATE) & 7)
    };
};

/// A new decoder around another (or None).
///
/// # Errors
/// MemoryError.
pub(crate) fn new_decoder(vm: &mut Vm, decoder: Value, translate: bool) -> PyResult {
    let state = READY | if translate { TRANSLATE } else { 0 };
    vm.new_fields(
        NEWLINE_DECODER.ty(),
        &[Some(decoder), Some(number::small(state))],
    )
}

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    let [decoder, translate, errors] = bind(
        vm,
        "IncrementalNewlineDecoder",
        args,
        ["decoder", "translate", "errors"],
        2,
    )?;
    let _ = errors;
    let translate = protocol::truth(vm, translate.expect("required"))?;
    set(vm, this, DECODER, decoder);
    set_small(
        vm,
        this,
        STATE,
        READY | if translate { TRANSLATE } else { 0 },
    );
    Ok(())
}

fn ready(vm: &mut Vm, this: Value) -> PyResult {
    if int(this, STATE) & READY == 0 {
        return Err(vm.raise_value("IncrementalNewlineDecoder.__init__() not called"));
    }
    Ok(get(this, DECODER).unwrap_or_else(ty::none))
}

fn newlines(this: Value) -> Newlines {
    let state = int(this, STATE);
    Newlines {
        pending_cr: state & PENDING != 0,
        seen: state & 7,
    }
}

fn set_newlines(vm: &Vm, this: Value, newlines: Newlines) {
    let kept = int(this, STATE) & (READY | TRANSLATE);
    let pending = if newlines.pending_cr { PENDING } else { 0 };
    set_small(vm, this, STATE, kept | newlines.seen | pending);
}

fn decode(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let last = args
        .get(2)
        .map_or(Ok(false), |value| protocol::truth(vm, value))?;
    let decoder = ready(vm, this)?;
    let text = if decoder == ty::none() {
        args.at(1)
    } else {
        protocol::call_method(vm, decoder, "decode", &[args.at(1), ty::bool_value(last)])?
    };
    let Some(text) = Str::of(text) else {
        let name = protocol::type_name(text);
        return Err(vm.raise_type(&format!(
            "decoder should return a string result, not '{name}'"
        )));
    };
    let mut state = newlines(this);
    let translate = int(this, STATE) & TRANSLATE != 0;
    let text = state.decode(vm, text, translate, last)?;
    set_newlines(vm, this, state);
    Ok(text.value())
}

fn getstate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let decoder = ready(vm, this)?;
    let pending = i64::from(newlines(this).pending_cr);
    if decoder == ty::none() {
        let empty = vm.new_bytes(&[])?;
        return vm.new_tuple(&[empty, number::small(pending)]);
    }
    let state = protocol::call_method(vm, decoder, "getstate", &[])?;
    let Some(state) = Tuple::of(state) else {
        return Err(vm.raise_type("illegal decoder state"));
    };
    let flag = state.get(1).and_then(number::i64_of);
    let (Some(buffer), Some(flag)) = (state.get(0), flag) else {
        return Err(vm.raise_type("illegal decoder state"));
    };
    let flag = vm.new_int(flag.wrapping_shl(1) | pending)?;
    vm.new_tuple(&[buffer, flag])
}

fn setstate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let decoder = ready(vm, this)?;
    let Some(state) = Tuple::of(args.at(1)) else {
        return Err(vm.raise_type("state argument must be a tuple"));
    };
    let flag = state.get(1).and_then(number::i64_of);
    let (Some(buffer), Some(flag)) = (state.get(0), flag) else {
        return Err(vm.raise_type("illegal decoder state"));
    };
    let known = newlines(this);
    set_newlines(
        vm,
        this,
        Newlines {
            pending_cr: flag & 1 != 0,
            ..known
        },
    );
    if decoder != ty::none() {
        let flag = vm.new_int(flag >> 1)?;
        let state = vm.new_tuple(&[buffer, flag])?;
        return protocol::call_method(vm, decoder, "setstate", &[state]);
    }
    Ok(ty::none())
}

fn reset(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let decoder = ready(vm, this)?;
    set_newlines(vm, this, Newlines::default());
    if decoder != ty::none() {
        return protocol::call_method(vm, decoder, "reset", &[]);
    }
    Ok(ty::none())
}
