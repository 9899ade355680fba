//! What a script should print, and where that is written down.
//!
//! Beside `name.py` lie `name.out`, its standard output byte for byte, and, where it ends with another exit code than 0
//! or its standard error matters, `name.err`: a line `exit: N`, then the standard error.

use std::path::Path;

/// What a run of a script printed, or should print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Standard output.
    pub stdout: String,
    /// Standard error; empty in an expectation that does not check it.
    pub stderr: String,
    /// Exit code; a signal is its negative number.
    pub exit: i32,
}

impl Expectation {
    /// What is written down beside `script`.
    ///
    /// # Errors
    /// A text, if there is nothing or it is damaged.
    pub fn read(script: &Path) -> Result<Expectation, String> {
        let stdout = std::fs::read_to_string(script.with_extension("out"))
            .map_err(|_| "no expectation: cargo xtask record".to_owned())?;
        let Ok(text) = std::fs::read_to_string(script.with_extension("err")) else {
            return Ok(Expectation {
                stdout,
                stderr: String::new(),
                exit: 0,
            });
        };
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let exit = first.strip_prefix("exit: ").and_then(|n| n.parse().ok());
        let exit = exit.ok_or_else(|| "the .err file does not start with `exit: N`".to_owned())?;
        Ok(Expectation {
            stdout,
            stderr: rest.to_owned(),
            exit,
        })
    }

    /// Writes it down beside `script`, and says whether that changed anything.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, script: &Path, with_stderr: bool) -> std::io::Result<bool> {
        let out = script.with_extension("out");
        let err = script.with_extension("err");
        let mut changed = replace(&out, &self.stdout)?;
        if self.exit != 0 || with_stderr {
            let stderr = if with_stderr {
                self.stderr.as_str()
            } else {
                ""
            };
            changed |= replace(&err, &format!("exit: {}\n{stderr}", self.exit))?;
        } else if err.exists() {
            std::fs::remove_file(&err)?;
            changed = true;
        }
        Ok(changed)
    }
}

fn replace(path: &Path, text: &str) -> std::io::Result<bool> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(false);
    }
    std::fs::write(path, text)?;
    Ok(true)
}

/// `text` with paths below `folder` in traceback lines made relative: a traceback names the script by its absolute path.
pub fn relative_traceback(text: &str, folder: &Path) -> String {
    text.replace(&format!("File \"{}/", folder.display()), "File \"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let folder =
            std::env::temp_dir().join(format!("testkit-expectation-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let script = folder.join("a.py");
        let failing = Expectation {
            stdout: "x\n".into(),
            stderr: "Boom: \n".into(),
            exit: 3,
        };
        assert!(failing.write(&script, true).expect("written"));
        assert!(!failing.write(&script, true).expect("written"));
        assert_eq!(Expectation::read(&script), Ok(failing.clone()));
        let fine = Expectation {
            stderr: String::new(),
            exit: 0,
            ..failing
        };
        assert!(fine.write(&script, false).expect("written"));
        assert_eq!(Expectation::read(&script), Ok(fine));
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn tracebacks_lose_the_folder() {
        let text = "  File \"/a/b/c.py\", line 1\n";
        assert_eq!(
            relative_traceback(text, Path::new("/a/b")),
            "  File \"c.py\", line 1\n"
        );
    }
}
