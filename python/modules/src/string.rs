//! `_string`: the parser of format strings as `string.Formatter` uses it.

use coil_value::Value;
use taipan_objects::list::List;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

/// `_string`.
pub(crate) static STRING: ModuleDef = ModuleDef {
    name: "_string",
    functions: FUNCTIONS,
    init: |_, _| Ok(()),
};

natives! {
    static FUNCTIONS = {
        "formatter_parser" function One, "(string, /)" => parse;
        "formatter_field_name_split" function One, "(string, /)" => split_name;
    };
}

fn points_of(vm: &mut Vm, value: Value) -> PyResult<Vec<u32>> {
    match Str::of(value) {
        Some(text) => Ok(text.text().to_vec()),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!("expected str, got {name}")))
        }
    }
}

const fn code(c: char) -> u32 {
    c as u32
}

fn parse(vm: &mut Vm, args: Args) -> PyResult {
    let text = points_of(vm, args.at(0))?;
    let list = vm.new_list_with(0)?;
    let mut at = 0;
    while at < text.len() {
        at = parse_one(vm, &text, at, list)?;
    }
    protocol::iter(vm, list.value())
}

/// One piece: literal text, then a field if there is one.
fn parse_one(vm: &mut Vm, text: &[u32], start: usize, list: List) -> PyResult<usize> {
    let mut at = start;
    while at < text.len() && text[at] != code('{') && text[at] != code('}') {
        at += 1;
    }
    let literal = &text[start..at];
    if at == text.len() {
        push_row(vm, list, literal, None)?;
        return Ok(at);
    }
    let bracket = text[at];
    if text.get(at + 1) == Some(&bracket) {
        // A doubled bracket is one of the literal text.
        push_row(vm, list, &text[start..=at], None)?;
        return Ok(at + 2);
    }
    if bracket == code('}') {
        return Err(vm.raise_value("Single '}' encountered in format string"));
    }
    if at + 1 == text.len() {
        return Err(vm.raise_value("Single '{' encountered in format string"));
    }
    let field_start = at + 1;
    let mut depth = 1;
    let mut end = field_start;
    let mut in_index = false;
    let mut name_end = None;
    while end < text.len() {
        let c = text[end];
        if name_end.is_none() {
            if c == code('[') {
                in_index = true;
            } else if c == code(']') {
                in_index = false;
            } else if !in_index && (c == code(':') || c == code('!')) {
                name_end = Some(end);
            }
        }
        if !in_index {
            if c == code('{') {
                if name_end.is_none() {
                    return Err(vm.raise_value("unexpected '{' in field name"));
                }
                depth += 1;
            } else if c == code('}') {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
        }
        end += 1;
    }
    if depth > 0 {
        return Err(vm.raise_value("expected '}' before end of string"));
    }
    let name_end = name_end.unwrap_or(end);
    let name = &text[field_start..name_end];
    let mut conversion = None;
    let mut spec: &[u32] = &[];
    if name_end < end {
        let mut spec_start = name_end + 1;
        if text[name_end] == code('!') {
            if spec_start >= end {
                return Err(vm.raise_value("unmatched '{' in format spec"));
            }
            conversion = Some(text[spec_start]);
            spec_start += 1;
            if spec_start < end {
                if text[spec_start] != code(':') {
                    return Err(vm.raise_value("expected ':' after conversion specifier"));
                }
                spec_start += 1;
            }
        }
        spec = &text[spec_start..end];
    }
    push_row(vm, list, literal, Some((name, spec, conversion)))?;
    Ok(end + 1)
}

/// Name, format spec and conversion of a field.
type Field<'a> = (&'a [u32], &'a [u32], Option<u32>);

fn push_row(vm: &mut Vm, list: List, literal: &[u32], field: Option<Field<'_>>) -> PyResult<()> {
    let literal = vm.new_str_points(literal)?;
    let row = match field {
        None => [literal, ty::none(), ty::none(), ty::none()],
        Some((name, spec, conversion)) => {
            let name = vm.new_str_points(name)?;
            let spec = vm.new_str_points(spec)?;
            let conversion = match conversion {
                Some(c) => vm.new_char(c)?,
                None => ty::none(),
            };
            [literal, name, spec, conversion]
        }
    };
    let row = vm.new_tuple(&row)?;
    list.push(vm, row)
}

/// A number if all characters are digits, else the text.
fn number_or_text(vm: &mut Vm, part: &[u32]) -> PyResult {
    let digits = !part.is_empty() && part.iter().all(|c| (code('0')..=code('9')).contains(c));
    if digits {
        let mut number = 0i64;
        for c in part {
            let next = number
                .checked_mul(10)
                .and_then(|n| n.checked_add(i64::from(c - code('0'))));
            match next {
                Some(next) => number = next,
                None => return Err(vm.raise_value("Too many decimal digits in format string")),
            }
        }
        return vm.new_int(number);
    }
    vm.new_str_points(part)
}

fn split_name(vm: &mut Vm, args: Args) -> PyResult {
    let text = points_of(vm, args.at(0))?;
    let end = text
        .iter()
        .position(|c| *c == code('.') || *c == code('['))
        .unwrap_or(text.len());
    let first = number_or_text(vm, &text[..end])?;
    let list = vm.new_list_with(0)?;
    let mut at = end;
    while at < text.len() {
        let is_attribute = text[at] == code('.');
        if !is_attribute && text[at] != code('[') {
            return Err(vm.raise_value("Only '.' or '[' may follow ']' in format field specifier"));
        }
        let start = at + 1;
        let part_end = if is_attribute {
            text[start..]
                .iter()
                .position(|c| *c == code('.') || *c == code('['))
                .map_or(text.len(), |n| start + n)
        } else {
            match text[start..].iter().position(|c| *c == code(']')) {
                Some(n) => start + n,
                None => return Err(vm.raise_value("Missing ']' in format string")),
            }
        };
        let part = &text[start..part_end];
        if part.is_empty() {
            return Err(vm.raise_value("Empty attribute in format string"));
        }
        let value = if is_attribute {
            vm.new_str_points(part)?
        } else {
            number_or_text(vm, part)?
        };
        let row = vm.new_tuple(&[ty::bool_value(is_attribute), value])?;
        list.push(vm, row)?;
        at = part_end + usize::from(!is_attribute);
    }
    let rest = protocol::iter(vm, list.value())?;
    vm.new_tuple(&[first, rest])
}
