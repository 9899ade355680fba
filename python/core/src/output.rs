//! `print` and `input`, and writing to the streams of module `sys` (or straight to the process's while that does not exist).

use crate::util::given;
use coil_value::Value;
use std::io::{BufRead, Write};
use taipan_objects::dict::Dict;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::vm::Vm;

/// An attribute of module `sys`; none while it does not exist.
pub(crate) fn sys_attr(vm: &mut Vm, name: &str) -> PyResult<Option<Value>> {
    let Some(kept) = vm.interp.kept("sys") else {
        return Ok(None);
    };
    let dict = protocol::module_dict(kept).or_else(|| Dict::of(kept));
    match dict {
        Some(dict) => dict.get_name(vm, name),
        None => Ok(None),
    }
}

fn utf8(text: Str) -> String {
    text.to_rust().into_owned()
}

/// Writes text straight to the process's standard output.
pub fn write_stdout(text: &str) {
    // A closed pipe is nobody's error here: the guest has no stream object yet.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn write_to(vm: &mut Vm, file: Option<Value>, text: Str) -> PyResult<()> {
    match file {
        Some(file) => {
            protocol::call_method(vm, file, "write", &[text.value()])?;
        }
        None => write_stdout(&utf8(text)),
    }
    Ok(())
}

/// A separator argument: None or a str.
fn separator(vm: &mut Vm, value: Option<Value>, name: &str, default: &str) -> PyResult<Str> {
    let text = match given(value) {
        None => vm.intern(default)?,
        Some(value) if Str::of(value).is_some() => value,
        Some(value) => {
            let given = protocol::type_name(value);
            return Err(vm.raise_type(&format!("{name} must be None or a string, not {given}")));
        }
    };
    Ok(Str::of(text).expect("checked"))
}

/// `print(*args, sep=' ', end='\n', file=None, flush=False)`.
pub(crate) fn print(vm: &mut Vm, args: Args) -> PyResult {
    let (mut sep, mut end, mut file, mut flush) = (None, None, None, None);
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        let place = match key.to_rust().as_ref() {
            "sep" => &mut sep,
            "end" => &mut end,
            "file" => &mut file,
            "flush" => &mut flush,
            other => {
                let text = format!("print() got an unexpected keyword argument '{other}'");
                return Err(vm.raise_type(&text));
            }
        };
        *place = Some(value);
    }
    let mut file = given(file);
    if file.is_none() && vm.interp.kept("sys").is_some() {
        match sys_attr(vm, "stdout")? {
            Some(stream) if stream == ty::none() => return Ok(ty::none()),
            Some(stream) => file = Some(stream),
            None => return Err(vm.raise_runtime("lost sys.stdout")),
        }
    }
    let sep = separator(vm, sep, "sep", " ")?;
    let end = separator(vm, end, "end", "\n")?;
    for index in 0..args.len() {
        if index > 0 {
            write_to(vm, file, sep)?;
        }
        let text = protocol::str(vm, args.at(index))?;
        write_to(vm, file, text)?;
    }
    write_to(vm, file, end)?;
    if let Some(flush) = flush
        && protocol::truth(vm, flush)?
    {
        match file {
            Some(file) => {
                protocol::call_method(vm, file, "flush", &[])?;
            }
            None => {
                let _ = std::io::stdout().lock().flush();
            }
        }
    }
    Ok(ty::none())
}

/// `input(prompt='')`.
pub(crate) fn input(vm: &mut Vm, args: Args) -> PyResult {
    let prompt = match args.get(0) {
        Some(prompt) => Some(protocol::str(vm, prompt)?),
        None => None,
    };
    if vm.interp.kept("sys").is_none() {
        if let Some(prompt) = prompt {
            write_stdout(&utf8(prompt));
        }
        let _ = std::io::stdout().lock().flush();
        let mut line = String::new();
        let count = std::io::stdin().lock().read_line(&mut line).unwrap_or(0);
        if count == 0 {
            return Err(vm.raise_eof("EOF when reading a line"));
        }
        return vm.new_str(line.strip_suffix('\n').unwrap_or(&line));
    }
    let stream = |vm: &mut Vm, name: &str| match sys_attr(vm, name)? {
        Some(stream) if stream != ty::none() => Ok(stream),
        _ => Err(vm.raise_runtime(&format!("input(): lost sys.{name}"))),
    };
    let stdin = stream(vm, "stdin")?;
    let stdout = stream(vm, "stdout")?;
    if let Some(error) = given(sys_attr(vm, "stderr")?) {
        protocol::call_method(vm, error, "flush", &[])?;
    }
    if let Some(prompt) = prompt {
        write_to(vm, Some(stdout), prompt)?;
    }
    protocol::call_method(vm, stdout, "flush", &[])?;
    let line = protocol::call_method(vm, stdin, "readline", &[])?;
    let Some(text) = Str::of(line) else {
        return Err(vm.raise_type("object.readline() returned non-string"));
    };
    if text.is_empty() {
        return Err(vm.raise_eof("EOF when reading a line"));
    }
    let length = text.len();
    if text.at(length - 1) == u32::from('\n') {
        return vm.substring(text, 0, length - 1);
    }
    Ok(line)
}
