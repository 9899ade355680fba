//! `str.format` and `str.format_map`.

use crate::args::this;
use crate::builder::Builder;
use crate::format_value::format_value;
use coil_text::unicode::decimal_value;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Raised, Vm, number, protocol};

/// Where fields take their values from.
#[derive(Clone, Copy)]
enum Source {
    Args(Args),
    Mapping(Value),
}

/// How fields without a name are numbered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Open,
    Automatic(usize),
    Manual,
}

struct Formatter {
    source: Source,
    numbering: Numbering,
}

/// `str.format`
pub(crate) fn format(vm: &mut Vm, args: Args) -> PyResult {
    run(vm, this(args.at(0)), Source::Args(args.skip(1)))
}

/// `str.format_map`
pub(crate) fn format_map(vm: &mut Vm, args: Args) -> PyResult {
    run(vm, this(args.at(0)), Source::Mapping(args.at(1)))
}

fn run(vm: &mut Vm, text: Str, source: Source) -> PyResult {
    let units = text.text().to_vec();
    let mut formatter = Formatter {
        source,
        numbering: Numbering::Open,
    };
    formatter.expand(vm, &units, 2)
}

const OPEN: u32 = b'{' as u32;
const CLOSE: u32 = b'}' as u32;

/// A replacement field: name, conversion, specification.
struct Field<'a> {
    name: &'a [u32],
    conversion: Option<u32>,
    spec: &'a [u32],
    nested: bool,
}

/// Splits the text after `{` into a field and what follows its `}`.
fn parse_field<'a>(vm: &mut Vm, rest: &'a [u32]) -> PyResult<(Field<'a>, &'a [u32])> {
    let mut at = 0;
    let mut bracket = false;
    // The name ends at `}`, `:` or `!` outside of brackets.
    loop {
        let Some(unit) = rest.get(at) else {
            return Err(vm.raise_value("expected '}' before end of string"));
        };
        match char::from_u32(*unit) {
            Some('{') => return Err(vm.raise_value("unexpected '{' in field name")),
            Some('[') => bracket = true,
            Some(']') => bracket = false,
            Some('}' | ':' | '!') if !bracket => break,
            _ => {}
        }
        at += 1;
    }
    let name = &rest[..at];
    let mut conversion = None;
    if rest[at] == u32::from(b'!') {
        let Some(code) = rest.get(at + 1) else {
            return Err(vm.raise_value("end of string while looking for conversion specifier"));
        };
        conversion = Some(*code);
        at += 2;
        match rest.get(at) {
            None => return Err(vm.raise_value("unmatched '{' in format spec")),
            Some(unit) if *unit == CLOSE || *unit == u32::from(b':') => {}
            Some(_) => {
                return Err(vm.raise_value("expected ':' after conversion specifier"));
            }
        }
    }
    if rest[at] == CLOSE {
        let field = Field {
            name,
            conversion,
            spec: &[],
            nested: false,
        };
        return Ok((field, &rest[at + 1..]));
    }
    let start = at + 1;
    let (mut depth, mut nested) = (1, false);
    at = start;
    loop {
        match rest.get(at) {
            None => return Err(vm.raise_value("unmatched '{' in format spec")),
            Some(&OPEN) => {
                depth += 1;
                nested = true;
            }
            Some(&CLOSE) => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Some(_) => {}
        }
        at += 1;
    }
    let field = Field {
        name,
        conversion,
        spec: &rest[start..at],
        nested,
    };
    Ok((field, &rest[at + 1..]))
}

impl Formatter {
    fn expand(&mut self, vm: &mut Vm, units: &[u32], depth: u32) -> PyResult {
        if depth == 0 {
            return Err(vm.raise_value("Max string recursion exceeded"));
        }
        let mut out = Builder::default();
        let mut rest = units;
        while let [unit, tail @ ..] = rest {
            match (*unit, tail) {
                (OPEN, [OPEN, tail @ ..]) | (CLOSE, [CLOSE, tail @ ..]) => {
                    out.push(*unit, 1);
                    rest = tail;
                }
                (OPEN, []) => {
                    return Err(vm.raise_value("Single '{' encountered in format string"));
                }
                (CLOSE, _) => {
                    return Err(vm.raise_value("Single '}' encountered in format string"));
                }
                (OPEN, _) => {
                    let (field, tail) = parse_field(vm, tail)?;
                    let text = self.field(vm, &field, depth)?;
                    out.push_text(this(text).text());
                    rest = tail;
                }
                _ => {
                    let end = rest
                        .iter()
                        .position(|unit| *unit == OPEN || *unit == CLOSE)
                        .unwrap_or(rest.len());
                    out.push_points(&rest[..end]);
                    rest = &rest[end..];
                }
            }
        }
        out.finish(vm)
    }

    fn field(&mut self, vm: &mut Vm, field: &Field<'_>, depth: u32) -> PyResult {
        let value = self.value(vm, field.name)?;
        let conversion = match field.conversion.map(char::from_u32) {
            None => 0,
            Some(Some(code @ ('s' | 'r' | 'a'))) => code as u8,
            Some(code) => return Err(unknown_conversion(vm, code, field.conversion)),
        };
        let spec = if field.nested {
            self.expand(vm, field.spec, depth - 1)?
        } else {
            vm.new_str_points(field.spec)?
        };
        format_value(vm, value, conversion, Some(spec))
    }

    /// The value of a field name: the first part, then attributes and items.
    fn value(&mut self, vm: &mut Vm, name: &[u32]) -> PyResult {
        let end = name
            .iter()
            .position(|unit| *unit == u32::from(b'.') || *unit == u32::from(b'['))
            .unwrap_or(name.len());
        let (first, mut rest) = name.split_at(end);
        let mut value = self.first(vm, first)?;
        while let [unit, tail @ ..] = rest {
            if *unit == u32::from(b'.') {
                let end = tail
                    .iter()
                    .position(|unit| *unit == u32::from(b'.') || *unit == u32::from(b'['))
                    .unwrap_or(tail.len());
                if end == 0 {
                    return Err(vm.raise_value("Empty attribute in format string"));
                }
                let attribute = vm.new_str_points(&tail[..end])?;
                let attribute = vm.intern_object(attribute)?;
                value = protocol::get_attr(vm, value, this(attribute))?;
                rest = &tail[end..];
            } else if *unit == u32::from(b'[') {
                let Some(end) = tail.iter().position(|unit| *unit == u32::from(b']')) else {
                    return Err(vm.raise_value("Missing ']' in format string"));
                };
                if end == 0 {
                    return Err(vm.raise_value("Empty attribute in format string"));
                }
                let key = match integer(vm, &tail[..end])? {
                    Some(index) => number::size(index),
                    None => vm.new_str_points(&tail[..end])?,
                };
                value = protocol::get_item(vm, value, key)?;
                rest = &tail[end + 1..];
            } else {
                return Err(
                    vm.raise_value("Only '.' or '[' may follow ']' in format field specifier")
                );
            }
        }
        Ok(value)
    }

    fn first(&mut self, vm: &mut Vm, name: &[u32]) -> PyResult {
        let number = integer(vm, name)?;
        let index = match (number, name.is_empty()) {
            (None, false) => return self.named(vm, name),
            (Some(index), _) => {
                if matches!(self.numbering, Numbering::Automatic(_)) {
                    return Err(vm.raise_value(
                        "cannot switch from automatic field numbering to manual field specification",
                    ));
                }
                self.numbering = Numbering::Manual;
                index
            }
            (None, true) => {
                let index = match self.numbering {
                    Numbering::Open => 0,
                    Numbering::Automatic(next) => next,
                    Numbering::Manual => {
                        return Err(vm.raise_value(
                            "cannot switch from manual field specification to automatic field numbering",
                        ));
                    }
                };
                self.numbering = Numbering::Automatic(index + 1);
                index
            }
        };
        match self.source {
            Source::Mapping(_) => Err(vm.raise_value("Format string contains positional fields")),
            Source::Args(args) => match args.get(index) {
                Some(value) => Ok(value),
                None => Err(vm.raise_index(&format!(
                    "Replacement index {index} out of range for positional args tuple"
                ))),
            },
        }
    }

    fn named(&self, vm: &mut Vm, name: &[u32]) -> PyResult {
        let key = vm.new_str_points(name)?;
        match self.source {
            Source::Mapping(mapping) => protocol::get_item(vm, mapping, key),
            Source::Args(args) => {
                let wanted = this(key);
                for index in 0..args.keyword_count() {
                    let (name, value) = args.keyword(index);
                    if name.same_text(wanted) {
                        return Ok(value);
                    }
                }
                Err(vm.raise_with(&taipan_objects::ty::types::KeyError, &[key]))
            }
        }
    }
}

/// The number that digits write; none for other text.
fn integer(vm: &mut Vm, text: &[u32]) -> PyResult<Option<usize>> {
    let mut value = 0i64;
    for unit in text {
        let Some(digit) = decimal_value(*unit) else {
            return Ok(None);
        };
        let next = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(i64::from(digit)));
        value = match next {
            Some(next) => next,
            None => {
                return Err(vm.raise_value("Too many decimal digits in format string"));
            }
        };
    }
    Ok((!text.is_empty()).then_some(value as usize))
}

fn unknown_conversion(vm: &mut Vm, code: Option<char>, raw: Option<u32>) -> Raised {
    let shown = match code {
        Some(code) if (' '..'\u{7f}').contains(&code) && code != ' ' => code.to_string(),
        _ => format!("\\x{:x}", raw.unwrap_or(0)),
    };
    vm.raise_value(&format!("Unknown conversion specifier {shown}"))
}
