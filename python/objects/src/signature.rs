//! Binding of arguments to the parameters of natives by their text signature, and the errors for arguments that do not fit.

use crate::native::{Args, Convention, NativeDef, NativeKind};
use crate::raise::{PyResult, Raised};
use crate::ty::Type;
use crate::vm::Vm;
use coil_value::Value;

/// A parameter of a text signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Name.
    pub name: &'a str,
    /// Text of the default.
    pub default: Option<&'a str>,
    /// Cannot be given by name.
    pub positional_only: bool,
    /// Cannot be given by position.
    pub keyword_only: bool,
}

/// The parameters of a text signature such as `(self, index=-1, /)`; `*args` and `**kwargs` are left out.
pub fn parameters(signature: &str) -> Vec<Parameter<'_>> {
    let inner = signature
        .trim()
        .trim_start_matches('(')
        .trim_end_matches(')');
    let mut found: Vec<Parameter<'_>> = Vec::new();
    let mut keyword_only = false;
    let mut depth = 0usize;
    let mut start = 0;
    let mut quote: Option<char> = None;
    let mut pieces = Vec::new();
    for (position, c) in inner.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                pieces.push(&inner[start..position]);
                start = position + 1;
            }
            _ => {}
        }
    }
    pieces.push(&inner[start..]);
    for piece in pieces {
        let piece = piece.trim();
        match piece {
            "" | "$module" => {}
            "/" => found
                .iter_mut()
                .for_each(|parameter| parameter.positional_only = true),
            "*" => keyword_only = true,
            _ if piece.starts_with("**") => {}
            _ if piece.starts_with('*') => keyword_only = true,
            _ => {
                let (name, default) = match piece.split_once('=') {
                    Some((name, default)) => (name.trim(), Some(default.trim())),
                    None => (piece, None),
                };
                found.push(Parameter {
                    name: name.trim_start_matches('$'),
                    default,
                    positional_only: false,
                    keyword_only,
                });
            }
        }
    }
    found
}

/// How many arguments (besides the first `own`) may be given by position.
pub fn positional_count(signature: &str, own: usize) -> usize {
    let mut count = 0usize;
    for piece in signature
        .trim_start_matches('(')
        .trim_end_matches(')')
        .split(',')
    {
        let piece = piece.trim();
        if piece.starts_with('*') {
            break;
        }
        if !matches!(piece, "" | "/" | "$module") {
            count += 1;
        }
    }
    count.saturating_sub(own)
}

fn described(def: &NativeDef, args: &Args) -> String {
    match def.kind {
        NativeKind::Method | NativeKind::ClassMethod => args.get(0).map_or_else(
            || def.name.to_owned(),
            |this| {
                let class = Type::from_value(this).filter(|_| def.kind == NativeKind::ClassMethod);
                format!(
                    "{}.{}",
                    class.unwrap_or_else(|| Type::of(this)).name(),
                    def.name
                )
            },
        ),
        _ => match module_of(args) {
            Some(module) if module != "builtins" => format!("{module}.{}", def.name),
            _ => def.name.to_owned(),
        },
    }
}

/// The module of the function that was called.
fn module_of(args: &Args) -> Option<String> {
    let function = args.callee()?.as_ref()?;
    let function = Some(function).filter(|f| f.layout() == crate::layout::NATIVE_FUNCTION)?;
    let module = crate::mem::value(function, crate::layout::at::NATIVE_MODULE)?;
    let module = crate::str::Str::of(module)?;
    Some(module.to_rust().into_owned())
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Calls a native whose arguments do not simply fit: binds keywords, or raises TypeError as CPython words it.
///
/// # Errors
/// TypeError, and what the function raises.
#[cold]
pub fn call_checked(vm: &mut Vm, def: &'static NativeDef, args: Args, own: usize) -> PyResult {
    if args.len() < own {
        return Err(vm.raise_type(&format!("unbound method {}() needs an argument", def.name)));
    }
    if let Convention::Signature(least) = def.convention {
        return bind(vm, def, args, own, usize::from(least));
    }
    let given = args.len() - own;
    let name = described(def, &args);
    if args.keyword_count() > 0 {
        return Err(vm.raise_type(&format!("{name}() takes no keyword arguments")));
    }
    Err(match def.convention {
        Convention::NoArgs => {
            vm.raise_type(&format!("{name}() takes no arguments ({given} given)"))
        }
        Convention::One => vm.raise_type(&format!(
            "{name}() takes exactly one argument ({given} given)"
        )),
        Convention::Positional(least, most) => {
            let (least, most) = (usize::from(least), usize::from(most));
            let wrapper = def.kind == NativeKind::Wrapper;
            let wrapper = wrapper && def.name != "__setattr__";
            let short = if wrapper {
                "expected".to_owned()
            } else {
                format!("{} expected", def.name)
            };
            if least == most {
                vm.raise_type(&if wrapper {
                    format!("expected {least} argument{}, got {given}", plural(least))
                } else {
                    format!("{short} {least} argument{}, got {given}", plural(least))
                })
            } else if given < least {
                vm.raise_type(&format!(
                    "{short} at least {least} argument{}, got {given}",
                    plural(least)
                ))
            } else {
                vm.raise_type(&format!(
                    "{short} at most {most} argument{}, got {given}",
                    plural(most)
                ))
            }
        }
        Convention::Signature(_) | Convention::Any => unreachable!("handled before"),
    })
}

fn bind(vm: &mut Vm, def: &'static NativeDef, args: Args, own: usize, least: usize) -> PyResult {
    let all = parameters(def.signature);
    let parameters = &all[own.min(all.len())..];
    let positional = parameters
        .iter()
        .filter(|parameter| !parameter.keyword_only)
        .count();
    let given = args.len() - own;
    let total = given + args.keyword_count();
    if given > positional || total > parameters.len() {
        return Err(too_many(vm, def, parameters, positional, given, total));
    }
    let count = own + parameters.len();
    vm.with_registers(count, |vm, registers| {
        for index in 0..args.len() {
            registers.set(index, args.get(index));
        }
        for index in 0..args.keyword_count() {
            let (key, value) = args.keyword(index);
            let place = parameters
                .iter()
                .position(|parameter| !parameter.positional_only && key.is(parameter.name));
            let Some(place) = place else {
                let text = if parameters
                    .iter()
                    .any(|parameter| parameter.positional_only && key.is(parameter.name))
                {
                    format!(
                        "{}() got some positional-only arguments passed as keyword arguments: '{}'",
                        def.name,
                        key.to_rust()
                    )
                } else {
                    format!(
                        "{}() got an unexpected keyword argument '{}'",
                        def.name,
                        key.to_rust()
                    )
                };
                return Err(vm.raise_type(&text));
            };
            if registers.get(own + place).is_some() {
                let text = format!(
                    "argument for {}() given by name ('{}') and position ({})",
                    def.name,
                    parameters[place].name,
                    place + 1
                );
                return Err(vm.raise_type(&text));
            }
            registers.set(own + place, Some(value));
        }
        for (place, parameter) in parameters.iter().enumerate() {
            if parameter.default.is_none()
                && place < least.max(positional)
                && registers.get(own + place).is_none()
            {
                return Err(missing(vm, def, parameters, place, given));
            }
        }
        // SAFETY: the registers stay reserved during the call.
        let bound = unsafe { Args::new(registers.as_ptr(), count, None, args.callee()) };
        (def.function)(vm, bound)
    })
}

fn missing(
    vm: &mut Vm,
    def: &NativeDef,
    parameters: &[Parameter<'_>],
    place: usize,
    given: usize,
) -> Raised {
    let parameter = &parameters[place];
    if parameter.positional_only {
        let required = parameters.iter().filter(|p| p.default.is_none()).count();
        let exact = required == parameters.len();
        let words = if exact { "exactly" } else { "at least" };
        return vm.raise_type(&format!(
            "{}() takes {words} {required} positional argument{} ({given} given)",
            def.name,
            plural(required)
        ));
    }
    vm.raise_type(&format!(
        "{}() missing required argument '{}' (pos {})",
        def.name,
        parameter.name,
        place + 1
    ))
}

fn too_many(
    vm: &mut Vm,
    def: &NativeDef,
    parameters: &[Parameter<'_>],
    positional: usize,
    given: usize,
    total: usize,
) -> Raised {
    let required = parameters
        .iter()
        .filter(|p| p.default.is_none() && !p.keyword_only)
        .count();
    let only_positional = parameters.iter().all(|parameter| parameter.positional_only);
    let text = if positional == 0 && given > 0 {
        format!("{}() takes no positional arguments", def.name)
    } else if only_positional {
        let words = if required == positional {
            ""
        } else {
            "at most "
        };
        format!(
            "{} expected {words}{positional} argument{}, got {total}",
            def.name,
            plural(positional)
        )
    } else if given > positional {
        let words = if required == positional {
            "exactly"
        } else {
            "at most"
        };
        format!(
            "{}() takes {words} {positional} positional argument{} ({given} given)",
            def.name,
            plural(positional)
        )
    } else {
        let words = if required == parameters.len() {
            "exactly"
        } else {
            "at most"
        };
        format!(
            "{}() takes {words} {} argument{} ({total} given)",
            def.name,
            parameters.len(),
            plural(parameters.len())
        )
    };
    vm.raise_type(&text)
}

/// The default of an unset argument.
pub fn or_none(value: Option<Value>) -> Value {
    value.unwrap_or_else(crate::ty::none)
}
