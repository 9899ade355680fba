//! Compiles the standard library's Python files to bytecode and writes them with their sources into one blob (see `src/lib.rs` for its layout).

mod overlay;

use std::path::{Path, PathBuf};
use std::{env, fs};
use taipan_compile::{Mode, Options};

struct Module {
    name: String,
    is_package: bool,
    source: String,
    code: Vec<u8>,
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=overlay.rs");
    println!("cargo:rerun-if-changed=lib");
    let root = Path::new(rustpython_pylib::LIB_PATH);
    let mut files = Vec::new();
    collect(root, root, &mut files);
    let own = Path::new("lib");
    collect(own, own, &mut files);
    files.sort();
    assert!(
        files.len() > 400,
        "the library's files are where the crate says"
    );
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let chunk = files.len().div_ceil(threads);
    let mut modules: Vec<Module> = std::thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(chunk)
            .map(|part| {
                std::thread::Builder::new()
                    .stack_size(64 << 20)
                    .spawn_scoped(scope, move || {
                        part.iter().filter_map(build).collect::<Vec<_>>()
                    })
                    .expect("a thread can be started")
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("the library compiles"))
            .collect()
    });
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    overlay::check_all_used();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("stdlib.bin"), blob(&modules)).expect("the output folder can be written");
}

/// Folder to read from, and path below it.
type File = (PathBuf, String);

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    let entries = fs::read_dir(folder).expect("the library's folders can be read");
    for entry in entries.flatten() {
        let path = entry.path();
        let relative = path
            .strip_prefix(root)
            .expect("found below the root")
            .to_string_lossy()
            .replace('\\', "/");
        if overlay::is_left_out(&relative) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if relative.ends_with(".py") {
            files.push((path, relative));
        }
    }
}

fn build((path, relative): &File) -> Option<Module> {
    let bytes = fs::read(path).expect("listed files can be read");
    let source = overlay::apply(relative, String::from_utf8(bytes).ok()?);
    let stem = relative.trim_end_matches(".py");
    let is_package = stem.ends_with("/__init__") || stem == "__init__";
    let name = stem.trim_end_matches("/__init__").replace('/', ".");
    let code = taipan_compile::compile_text(&source, "", Options::new(Mode::Exec))
        .unwrap_or_else(|error| panic!("{relative}: {error}"));
    Some(Module {
        name,
        is_package,
        code: taipan_bytecode::dump(&code),
        source,
    })
}

fn blob(modules: &[Module]) -> Vec<u8> {
    const ENTRY: usize = 32;
    let mut out = Vec::new();
    out.extend(
        u32::try_from(modules.len())
            .expect("few modules")
            .to_le_bytes(),
    );
    out.resize(4 + ENTRY * modules.len(), 0);
    let put = |place: usize, value: usize, out: &mut Vec<u8>| {
        let value = u32::try_from(value).expect("the blob is small");
        out[place..place + 4].copy_from_slice(&value.to_le_bytes());
    };
    for (index, module) in modules.iter().enumerate() {
        let entry = 4 + ENTRY * index;
        put(entry, out.len(), &mut out);
        put(
            entry + 4,
            module.name.len() << 1 | usize::from(module.is_package),
            &mut out,
        );
        out.extend_from_slice(module.name.as_bytes());
    }
    for (index, module) in modules.iter().enumerate() {
        let entry = 4 + ENTRY * index;
        let packed = lz4_flex::block::compress(&module.code);
        put(entry + 8, out.len(), &mut out);
        put(entry + 12, packed.len(), &mut out);
        put(entry + 16, module.code.len(), &mut out);
        out.extend_from_slice(&packed);
    }
    for (index, module) in modules.iter().enumerate() {
        let entry = 4 + ENTRY * index;
        let packed = lz4_flex::block::compress(module.source.as_bytes());
        put(entry + 20, out.len(), &mut out);
        put(entry + 24, packed.len(), &mut out);
        put(entry + 28, module.source.len(), &mut out);
        out.extend_from_slice(&packed);
    }
    out
}
