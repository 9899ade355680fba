//! What the checks know about the workspace: its crates from `cargo metadata`, its source files from the disk.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

/// A crate of the workspace.
pub(crate) struct Crate {
    /// The package's name.
    pub(crate) name: String,
    /// `[package.metadata] rank`, where there is one.
    pub(crate) rank: Option<u64>,
    /// The folder that holds its Cargo.toml.
    pub(crate) folder: PathBuf,
    /// Names of the crates of this workspace it needs, tests and benches aside.
    pub(crate) needs: Vec<String>,
}

/// A Rust source file of a crate.
pub(crate) struct SourceFile {
    /// Index of its crate in [`Workspace::crates`].
    pub(crate) owner: usize,
    /// Path from the workspace's root, with forward slashes.
    pub(crate) path: String,
    /// Its contents.
    pub(crate) text: String,
}

/// The workspace as the checks see it.
pub(crate) struct Workspace {
    /// The folder of the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
    /// The members, by name.
    pub(crate) crates: Vec<Crate>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Result<Workspace, String> {
        let output = Command::new(cargo())
            .args(["metadata", "--format-version=1", "--no-deps"])
            .output()
            .map_err(|e| format!("cannot run cargo metadata: {e}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let json: Json = serde_json::from_slice(&output.stdout)
            .map_err(|e| format!("cargo metadata is not JSON: {e}"))?;
        Workspace::from_metadata(&json)
            .ok_or_else(|| "cargo metadata lacks a field xtask needs".to_owned())
    }

    fn from_metadata(json: &Json) -> Option<Workspace> {
        let packages = json["packages"].as_array()?;
        let names: Vec<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
        let mut crates = Vec::new();
        for package in packages {
            let needs = package["dependencies"]
                .as_array()?
                .iter()
                .filter(|d| d["kind"].as_str() != Some("dev"))
                .filter_map(|d| d["name"].as_str())
                .filter(|name| names.contains(name))
                .map(str::to_owned)
                .collect();
            crates.push(Crate {
                name: package["name"].as_str()?.to_owned(),
                rank: package["metadata"]["rank"].as_u64(),
                folder: Path::new(package["manifest_path"].as_str()?)
                    .parent()?
                    .to_path_buf(),
                needs,
            });
        }
        crates.sort_by(|a, b| a.name.cmp(&b.name));
        Some(Workspace {
            root: PathBuf::from(json["workspace_root"].as_str()?),
            crates,
        })
    }

    /// The crate of that name.
    pub(crate) fn find(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|c| c.name == name)
    }

    /// Every `.rs` file of every crate, in order of path.
    pub(crate) fn sources(&self) -> Result<Vec<SourceFile>, String> {
        let mut files = Vec::new();
        for (owner, member) in self.crates.iter().enumerate() {
            let mut paths = Vec::new();
            collect_rust_files(&member.folder, &mut paths)?;
            for path in paths {
                let text = std::fs::read_to_string(&path)
                    .map_err(|e| format!("{}: {e}", path.display()))?;
                files.push(SourceFile {
                    owner,
                    path: self.relative(&path),
                    text,
                });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// `path` seen from the workspace's root.
    pub(crate) fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }
}

/// The cargo that runs this program, or the one on the path.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Does not descend into a folder with a Cargo.toml of its own (another crate) or into build output.
fn collect_rust_files(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            let skipped = path.join("Cargo.toml").exists() || path.ends_with("target");
            if !skipped {
                collect_rust_files(&path, into)?;
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
    Ok(())
}
