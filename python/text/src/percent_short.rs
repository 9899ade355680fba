//! `str % arguments` where everything is short and plain: an ASCII format of nothing but `%s`, `%d` and `%%` and inline ints and ASCII strings
//! for it. The text is put together on the native stack.

use coil_num::decimal;
use coil_value::Value;
use taipan_objects::str::{Str, Text};
use taipan_objects::tuple::Tuple;
use taipan_objects::{PyResult, Vm, layout};

/// Longest result.
const MOST: usize = 120;

struct Out {
    bytes: [u8; MOST],
    len: usize,
}

impl Out {
    fn push(&mut self, text: &[u8]) -> Option<()> {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end)?.copy_from_slice(text);
        self.len = end;
        Some(())
    }
}

/// The text, unless this takes the general way.
pub(crate) fn format(vm: &mut Vm, format: Str, arguments: Value) -> PyResult<Option<Value>> {
    let mut out = Out {
        bytes: [0; MOST],
        len: 0,
    };
    match fill(format, arguments, &mut out) {
        Some(()) => vm.new_ascii(&out.bytes[..out.len]).map(Some),
        None => Ok(None),
    }
}

fn fill(format: Str, arguments: Value, out: &mut Out) -> Option<()> {
    let Text::Ascii(mut rest) = format.text() else {
        return None;
    };
    let tuple = arguments
        .as_ref()
        .filter(|object| object.layout() == layout::TUPLE)
        .and_then(|_| Tuple::of(arguments));
    let mut taken = 0;
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        out.push(&rest[..at])?;
        let code = *rest.get(at + 1)?;
        rest = &rest[at + 2..];
        if code == b'%' {
            out.push(b"%")?;
            continue;
        }
        let value = match tuple {
            Some(tuple) => tuple.get(taken)?,
            None if taken == 0 => arguments,
            None => return None,
        };
        taken += 1;
        if let Some(int) = value.as_small_int() {
            if !matches!(code, b's' | b'd') {
                return None;
            }
            out.push(decimal(int, &mut [0; 24]))?;
            continue;
        }
        let exact = value.as_ref()?.layout() == layout::STR;
        match Str::of(value)?.text() {
            Text::Ascii(text) if exact && code == b's' => out.push(text)?,
            _ => return None,
        }
    }
    out.push(rest)?;
    (taken == tuple.map_or(1, Tuple::len)).then_some(())
}
