//! The benchmark programs: drivers in `tests/programs` import the pyperformance benchmarks, call their functions with
//! small sizes and print what they compute, so that a wrong result cannot pass as a fast one.
//!
//! A driver `name.py` is called with the folder `bm_name` of the distribution and the folder of the pyperf stand-in.

use std::path::{Path, PathBuf};

/// A benchmark program's driver.
#[derive(Clone, Debug)]
pub struct Program {
    /// The benchmark's name.
    pub name: String,
    /// The driver's path.
    pub driver: PathBuf,
    /// Allocations between collections under stress.
    pub gc_stress: u32,
}

impl Program {
    /// Every driver, by name.
    ///
    /// # Errors
    /// A text, if the folder cannot be read.
    pub fn discover(root: &Path) -> Result<Vec<Program>, String> {
        let folder = root.join("tests/programs");
        let scripts = crate::script::Script::discover(&folder)?;
        let program = |s: crate::script::Script| Program {
            name: s.name,
            driver: s.path,
            gc_stress: s.header.gc_stress,
        };
        Ok(scripts.into_iter().map(program).collect())
    }

    /// The driver's arguments.
    pub fn arguments(&self, root: &Path, suite: &Path) -> [String; 2] {
        let folder = suite.join(format!("bm_{}", self.name));
        [
            folder.display().to_string(),
            root.join("bench/shim").display().to_string(),
        ]
    }
}

/// The folder of `bm_*` folders: `$BENCH_SUITE`, else where bench/compare.py keeps what it fetched.
pub fn find_suite() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("BENCH_SUITE") {
        return Some(PathBuf::from(path));
    }
    let cache = PathBuf::from(std::env::var_os("HOME")?).join(".cache/pyperformance-suite");
    let versions = std::fs::read_dir(cache).ok()?;
    versions
        .flatten()
        .map(|version| version.path().join("pyperformance/data-files/benchmarks"))
        .find(|suite| suite.join("bm_nbody").is_dir())
}
