//! Functions on path texts: `fspath`, `_path_splitroot_ex`, `_path_normpath`.

use crate::helpers::fspath;
use coil_value::Value;
use taipan_objects::bytes::Bytes;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Vm};

natives! {
    pub(super) static FUNCTIONS = {
        "fspath" function Signature(1), "(path)" => |vm, args| fspath(vm, args.at(0));
        "_path_splitroot_ex" function Positional(1, 1), "(p, /)" => split_root;
        "_path_normpath" function Signature(1), "(path)" => normal;
    };
}

const SLASH: u32 = '/' as u32;
const DOT: u32 = '.' as u32;

/// The text of a path, and whether it was bytes.
fn points(vm: &mut Vm, value: Value) -> PyResult<(Vec<u32>, bool)> {
    let value = fspath(vm, value)?;
    Ok(match Str::of(value) {
        Some(text) => (text.text().to_vec(), false),
        None => {
            let data = Bytes::of(value).expect("fspath gives str or bytes").data();
            (data.iter().map(|byte| u32::from(*byte)).collect(), true)
        }
    })
}

fn result(vm: &mut Vm, points: &[u32], is_bytes: bool) -> PyResult {
    if is_bytes {
        let bytes: Vec<u8> = points.iter().map(|point| *point as u8).collect();
        return vm.new_bytes(&bytes);
    }
    vm.new_str_points(points)
}

/// How many slashes the root has: two stay two, more are one.
fn root_length(text: &[u32]) -> usize {
    let slashes = text.iter().take_while(|point| **point == SLASH).count();
    match slashes {
        0 => 0,
        2 => 2,
        _ => 1,
    }
}

fn split_root(vm: &mut Vm, args: Args) -> PyResult {
    let (text, is_bytes) = points(vm, args.at(0))?;
    let root = root_length(&text);
    let parts = [
        result(vm, &[], is_bytes)?,
        result(vm, &text[..root], is_bytes)?,
        result(vm, &text[root..], is_bytes)?,
    ];
    vm.new_tuple(&parts)
}

fn normal(vm: &mut Vm, args: Args) -> PyResult {
    let (text, is_bytes) = points(vm, args.at(0))?;
    if text.is_empty() {
        return result(vm, &[DOT], is_bytes);
    }
    let root = root_length(&text);
    let mut kept: Vec<&[u32]> = Vec::new();
    for part in text[root..].split(|point| *point == SLASH) {
        let is_up = part == [DOT, DOT];
        if part.is_empty() || part == [DOT] {
            continue;
        }
        if is_up && (kept.last().is_some_and(|last| *last != [DOT, DOT])) {
            kept.pop();
        } else if !is_up || root == 0 {
            kept.push(part);
        }
    }
    let mut out = text[..root].to_vec();
    out.extend(kept.join(&SLASH));
    if out.is_empty() {
        out.push(DOT);
    }
    result(vm, &out, is_bytes)
}
