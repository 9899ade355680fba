//! The pure-Python part of the standard library (CPython 3.14.7's), compiled to bytecode at build time.
//!
//! Layout of the blob, numbers little-endian u32: count of modules; per module, sorted by name, 8 numbers: offset of the name, twice its
//! length (plus 1 for packages), then offset, stored size and true size of the marshalled code, and the same of the source. Code and
//! sources are LZ4 blocks. Nothing is touched but what is asked for.

use std::borrow::Cow;

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.bin"));
const ENTRY: usize = 32;

/// A module of the library.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// Its full name.
    pub name: &'static str,
    /// Has submodules.
    pub is_package: bool,
    entry: usize,
}

fn number(at: usize) -> usize {
    let bytes = BLOB[at..at + 4].try_into().expect("four bytes");
    u32::from_le_bytes(bytes) as usize
}

fn count() -> usize {
    number(0)
}

fn module(index: usize) -> Module {
    let entry = 4 + ENTRY * index;
    let (start, length) = (number(entry), number(entry + 4));
    let name = &BLOB[start..start + length / 2];
    Module {
        name: std::str::from_utf8(name).expect("names are text"),
        is_package: length & 1 != 0,
        entry,
    }
}

fn unpack(at: usize) -> Vec<u8> {
    let (start, stored, size) = (number(at), number(at + 4), number(at + 8));
    lz4_flex::block::decompress(&BLOB[start..start + stored], size)
        .expect("the build script packed it")
}

impl Module {
    /// The module's code, as `taipan_bytecode::load` reads it; the file name in it is empty.
    pub fn code(self) -> Vec<u8> {
        unpack(self.entry + 8)
    }

    /// The module's source text.
    pub fn source(self) -> Cow<'static, str> {
        let text = unpack(self.entry + 20);
        Cow::Owned(String::from_utf8(text).expect("sources are text"))
    }

    /// Size of the source text in bytes.
    pub fn source_size(self) -> usize {
        number(self.entry + 28)
    }

    /// The file's path below the library's folder.
    pub fn path(self) -> String {
        let stem = self.name.replace('.', "/");
        if self.is_package {
            format!("{stem}/__init__.py")
        } else {
            format!("{stem}.py")
        }
    }
}

/// The module of this name.
pub fn find(name: &str) -> Option<Module> {
    let (mut low, mut high) = (0, count());
    while low < high {
        let middle = low.midpoint(high);
        let found = module(middle);
        match found.name.cmp(name) {
            std::cmp::Ordering::Equal => return Some(found),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// All modules, sorted by name.
pub fn modules() -> impl ExactSizeIterator<Item = Module> {
    (0..count()).map(module)
}

/// Names of all modules, sorted.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    modules().map(|module| module.name)
}

#[cfg(test)]
mod tests {
    use super::{find, modules, names};

    #[test]
    fn every_module_loads_and_verifies() {
        for module in modules() {
            let code = taipan_bytecode::load(&module.code()).expect(module.name);
            assert_eq!(taipan_bytecode::verify(&code), Ok(()), "{}", module.name);
            assert_eq!(module.source().len(), module.source_size());
        }
    }

    #[test]
    fn modules_are_found_by_name_and_only_by_name() {
        assert!(find("os").is_some_and(|module| !module.is_package));
        assert!(find("importlib").is_some_and(|module| module.is_package));
        assert_eq!(
            find("json.decoder").map(|module| module.path()),
            Some("json/decoder.py".to_owned())
        );
        assert!(find("idlelib").is_none());
        assert!(find("").is_none());
        assert!(names().len() > 400);
        for name in names() {
            assert_eq!(find(name).map(|module| module.name), Some(name));
        }
    }

    #[test]
    fn edits_for_other_implementations_are_undone() {
        let source = find("site").expect("there").source();
        assert!(source.contains("return 'Python'\n"));
        assert!(!modules().any(|module| module.source().contains("RUSTPYTHON")));
    }
}
