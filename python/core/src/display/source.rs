//! Source lines for tracebacks: from module `linecache` where it knows the file, from what was typed at a prompt, from the file, or from
//! the module's loader.

use crate::output::sys_attr;
use crate::util::{given, text_of};
use coil_value::Value;
use std::collections::HashMap;
use taipan_objects::dict::Dict;
use taipan_objects::list::List;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::vm::Vm;

/// The lines of the files asked for so far.
#[derive(Default)]
pub(crate) struct Sources {
    files: HashMap<String, Vec<String>>,
}

impl Sources {
    /// A line by its number from 1, without white space at its end; empty where there is none.
    pub(crate) fn line(
        &mut self,
        vm: &mut Vm,
        file: &str,
        globals: Option<Dict>,
        line: u32,
    ) -> String {
        if !self.files.contains_key(file) {
            let lines = swallow(vm, |vm| read(vm, file, globals)).unwrap_or_default();
            self.files.insert(file.to_owned(), lines);
        }
        let lines = &self.files[file];
        let line = usize::try_from(line)
            .ok()
            .and_then(|line| lines.get(line.checked_sub(1)?));
        line.map(|line| super::dedent::right_stripped(line).to_owned())
            .unwrap_or_default()
    }
}

/// See [`super::text_key`].
pub(crate) fn text_key(name: &str, first_line: u32) -> String {
    format!("<string:{first_line}:{name}>")
}

/// Runs what may raise, without letting that out.
pub(crate) fn swallow<T>(vm: &mut Vm, body: impl FnOnce(&mut Vm) -> PyResult<T>) -> Option<T> {
    match body(vm) {
        Ok(value) => Some(value),
        Err(raised) => {
            vm.take_raised(raised);
            None
        }
    }
}

/// Lines end at `\n`, `\r` and `\r\n`, as in files opened for text.
fn split(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .split('\n')
        .map(str::to_owned)
        .collect()
}

fn read(vm: &mut Vm, file: &str, globals: Option<Dict>) -> PyResult<Vec<String>> {
    if let Some(lines) = cached(vm, file)? {
        return Ok(lines);
    }
    if let Some(sources) = vm.interp.kept(super::SESSION_SOURCES).and_then(Dict::of)
        && let Some(text) = sources.get_name(vm, file)?.and_then(text_of)
    {
        return Ok(split(&text));
    }
    if let Some(lines) = from_disk(file) {
        return Ok(lines);
    }
    if file.starts_with('<') && file.ends_with('>') {
        return Ok(Vec::new());
    }
    if let Some(lines) = from_loader(vm, globals)? {
        return Ok(lines);
    }
    if !file.starts_with('/') {
        for directory in search_path(vm)? {
            if let Some(lines) = from_disk(&format!("{directory}/{file}")) {
                return Ok(lines);
            }
        }
    }
    Ok(Vec::new())
}

fn from_disk(path: &str) -> Option<Vec<String>> {
    let bytes = std::fs::read(path).ok()?;
    let text = taipan_syntax::decode(&bytes).ok()?;
    Some(split(&text))
}

/// What module `linecache` has for the file, if that module is loaded.
fn cached(vm: &mut Vm, file: &str) -> PyResult<Option<Vec<String>>> {
    let module = vm.interp.modules().get_name(vm, "linecache")?;
    let Some(dict) = module.and_then(protocol::module_dict) else {
        return Ok(None);
    };
    let Some(cache) = dict.get_name(vm, "cache")?.and_then(Dict::of) else {
        return Ok(None);
    };
    let entry = cache.get_name(vm, file)?.and_then(Tuple::of);
    let lines = entry
        .filter(|entry| entry.len() == 4)
        .and_then(|entry| List::of(entry.at(2)));
    Ok(lines.map(|lines| {
        (0..lines.len())
            .filter_map(|index| text_of(lines.at(index)))
            .collect()
    }))
}

fn from_loader(vm: &mut Vm, globals: Option<Dict>) -> PyResult<Option<Vec<String>>> {
    let Some(globals) = globals else {
        return Ok(None);
    };
    let mut loader = None;
    let mut name = globals.get_name(vm, "__name__")?;
    if let Some(spec) = given(globals.get_name(vm, "__spec__")?) {
        loader = attribute(vm, spec, "loader")?;
        name = attribute(vm, spec, "name")?.or(name);
    }
    if loader.is_none() {
        loader = given(globals.get_name(vm, "__loader__")?);
    }
    let (Some(loader), Some(name)) = (loader, name) else {
        return Ok(None);
    };
    let Some(get_source) = attribute(vm, loader, "get_source")? else {
        return Ok(None);
    };
    let source = protocol::call(vm, get_source, &[name])?;
    Ok(text_of(source).map(|text| split(&text)))
}

fn attribute(vm: &mut Vm, object: Value, name: &str) -> PyResult<Option<Value>> {
    let name = Str::of(vm.intern(name)?).expect("interned strings are strings");
    Ok(given(protocol::get_attr_opt(vm, object, name)?))
}

fn search_path(vm: &mut Vm) -> PyResult<Vec<String>> {
    let path = sys_attr(vm, "path")?.and_then(List::of);
    let list = path.map(|path| {
        (0..path.len())
            .filter_map(|index| path.get(index).and_then(text_of))
            .collect()
    });
    Ok(list.unwrap_or_default())
}
