//! The language's error handlers as functions on exceptions (`codecs.strict_errors` and its like).

use super::handler::{backslashed, fields, named, pass_all, passed};
use coil_value::Value;
use taipan_objects::bytes::Bytes;
use taipan_objects::exception::{is_a, is_exception};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Raised, Vm, natives};

natives! {
    /// The handlers, under their names with `_errors` behind.
    pub(super) static HANDLERS = {
        "strict_errors" function One, "(exception, /)" => strict;
        "ignore_errors" function One, "(exception, /)" => ignore;
        "replace_errors" function One, "(exception, /)" => replace;
        "xmlcharrefreplace_errors" function One, "(exception, /)" => xml;
        "backslashreplace_errors" function One, "(exception, /)" => backslash;
        "namereplace_errors" function One, "(exception, /)" => name;
        "surrogatepass" function One, "(exception, /)" => surrogate_pass;
        "surrogateescape" function One, "(exception, /)" => surrogate_escape;
    }
}

/// What an exception is about.
enum Bad {
    Encode(Vec<u32>),
    Decode(Vec<u8>, usize),
    Translate(Vec<u32>),
}

struct Problem {
    encoding: String,
    bad: Bad,
    start: usize,
    end: usize,
}

fn unknown(vm: &mut Vm, error: Value) -> Raised {
    let name = protocol::type_name(error);
    vm.raise_type(&format!(
        "don't know how to handle {name} in error callback"
    ))
}

fn problem(vm: &mut Vm, error: Value) -> PyResult<Problem> {
    if is_a(error, &types::UnicodeTranslateError) {
        let object = error.as_ref().and_then(|error| {
            let field = |index| taipan_objects::exception::extra(error, index);
            let place = |index| {
                field(index)
                    .and_then(number::i64_of)
                    .and_then(|p| usize::try_from(p).ok())
            };
            Some((
                Str::of(field(1).or_else(|| field(0))?)?,
                place(2)?,
                place(3)?,
            ))
        });
        let Some((text, start, end)) = object else {
            return Err(unknown(vm, error));
        };
        let end = end.min(text.len());
        let start = start.min(end);
        let bad = Bad::Translate((start..end).map(|at| text.at(at)).collect());
        return Ok(Problem {
            encoding: String::new(),
            bad,
            start,
            end,
        });
    }
    let found = fields(error);
    let Some((encoding, object, start, end)) = found else {
        return Err(unknown(vm, error));
    };
    if is_a(error, &types::UnicodeEncodeError)
        && let Some(text) = Str::of(object)
    {
        let end = end.min(text.len());
        let start = start.min(end);
        let bad = Bad::Encode((start..end).map(|at| text.at(at)).collect());
        return Ok(Problem {
            encoding,
            bad,
            start,
            end,
        });
    }
    if is_a(error, &types::UnicodeDecodeError)
        && let Some(bytes) = Bytes::of(object)
    {
        let data = bytes.data();
        let end = end.min(data.len());
        let start = start.min(end);
        let bad = Bad::Decode(data[start..].to_vec(), end - start);
        return Ok(Problem {
            encoding,
            bad,
            start,
            end,
        });
    }
    Err(unknown(vm, error))
}

fn pair(vm: &mut Vm, text: Value, next: usize) -> PyResult {
    vm.new_tuple(&[text, number::size(next)])
}

fn points(vm: &mut Vm, points: &[u32], next: usize) -> PyResult {
    let text = vm.new_str_points(points)?;
    pair(vm, text, next)
}

/// Raises the exception that the handler was given.
fn reraise(vm: &mut Vm, error: Value) -> Raised {
    vm.raise(error)
}

fn strict(vm: &mut Vm, args: Args) -> PyResult {
    if !is_exception(args.at(0)) {
        return Err(vm.raise_type("codec must pass exception instance"));
    }
    Err(reraise(vm, args.at(0)))
}

fn ignore(vm: &mut Vm, args: Args) -> PyResult {
    let problem = problem(vm, args.at(0))?;
    points(vm, &[], problem.end)
}

fn replace(vm: &mut Vm, args: Args) -> PyResult {
    let problem = problem(vm, args.at(0))?;
    let text = match &problem.bad {
        Bad::Encode(bad) => vec![u32::from('?'); bad.len()],
        Bad::Decode(..) => vec![0xfffd],
        Bad::Translate(bad) => vec![0xfffd; bad.len()],
    };
    points(vm, &text, problem.end)
}

fn xml(vm: &mut Vm, args: Args) -> PyResult {
    let problem = problem(vm, args.at(0))?;
    let Bad::Encode(bad) = &problem.bad else {
        return Err(unknown(vm, args.at(0)));
    };
    let shown: String = bad.iter().map(|point| format!("&#{point};")).collect();
    let text = vm.new_str(&shown)?;
    pair(vm, text, problem.end)
}

fn backslash(vm: &mut Vm, args: Args) -> PyResult {
    let problem = problem(vm, args.at(0))?;
    let text: Vec<u32> = match &problem.bad {
        Bad::Encode(bad) | Bad::Translate(bad) => {
            bad.iter().copied().flat_map(backslashed).collect()
        }
        Bad::Decode(data, count) => data[..*count]
            .iter()
            .flat_map(|byte| backslashed((*byte).into()))
            .collect(),
    };
    points(vm, &text, problem.end)
}

fn name(vm: &mut Vm, args: Args) -> PyResult {
    let problem = problem(vm, args.at(0))?;
    let Bad::Encode(bad) = &problem.bad else {
        return Err(unknown(vm, args.at(0)));
    };
    let text = named(vm, bad)?;
    points(vm, &text, problem.end)
}

fn surrogate_pass(vm: &mut Vm, args: Args) -> PyResult {
    let problem = problem(vm, args.at(0))?;
    match &problem.bad {
        Bad::Encode(bad) => match pass_all(&problem.encoding, bad) {
            Some(bytes) => {
                let bytes = vm.new_bytes(&bytes)?;
                pair(vm, bytes, problem.end)
            }
            None => Err(reraise(vm, args.at(0))),
        },
        Bad::Decode(rest, _) => match passed(&problem.encoding, rest) {
            Some((point, size)) => points(vm, &[point], problem.start + size),
            None => Err(reraise(vm, args.at(0))),
        },
        Bad::Translate(_) => Err(unknown(vm, args.at(0))),
    }
}

fn surrogate_escape(vm: &mut Vm, args: Args) -> PyResult {
    let problem = problem(vm, args.at(0))?;
    match &problem.bad {
        Bad::Encode(bad) => {
            let bytes: Option<Vec<u8>> = bad
                .iter()
                .map(|point| {
                    (0xdc80..0xdd00)
                        .contains(point)
                        .then(|| (point - 0xdc00) as u8)
                })
                .collect();
            match bytes {
                Some(bytes) => {
                    let bytes = vm.new_bytes(&bytes)?;
                    pair(vm, bytes, problem.end)
                }
                None => Err(reraise(vm, args.at(0))),
            }
        }
        Bad::Decode(data, count) => {
            let escaped: Vec<u32> = data[..(*count).min(4)]
                .iter()
                .take_while(|byte| **byte >= 0x80)
                .map(|byte| 0xdc00 + u32::from(*byte))
                .collect();
            if escaped.is_empty() {
                return Err(reraise(vm, args.at(0)));
            }
            points(vm, &escaped, problem.start + escaped.len())
        }
        Bad::Translate(_) => Err(unknown(vm, args.at(0))),
    }
}
