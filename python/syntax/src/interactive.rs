//! Whether what was typed at a prompt is a whole statement yet.
//!
//! The rules are those of CPython's plain prompt: brackets and triple-quoted strings go on until they are closed, a backslash asks for
//! one more line, and a compound statement or a decorated definition ends with an empty line. Whatever is wrong already is not waited for.

use crate::error::SyntaxError;
use crate::parse::{Mode, parse};
use ruff_python_ast::{Mod, Stmt};

/// Whether more lines must follow before the lines typed so far, each with its newline, are compiled.
pub fn wants_more(source: &str) -> bool {
    let mut lines = source.lines().rev();
    let empty_line = lines.next().is_none_or(|line| line.trim().is_empty());
    match parse(source, Mode::Single) {
        Ok(parsed) => !empty_line && is_compound(&parsed.tree),
        Err(error) => open_at_end(&error) || !empty_line && ends_too_soon(&error, source),
    }
}

fn is_compound(tree: &Mod) -> bool {
    let Mod::Module(module) = tree else {
        return false;
    };
    matches!(
        module.body.first(),
        Some(
            Stmt::FunctionDef(_)
                | Stmt::ClassDef(_)
                | Stmt::For(_)
                | Stmt::While(_)
                | Stmt::If(_)
                | Stmt::With(_)
                | Stmt::Match(_)
                | Stmt::Try(_)
        )
    )
}

/// Something was opened that only more text can close.
fn open_at_end(error: &SyntaxError) -> bool {
    error.message.ends_with("was never closed")
        || error.message.starts_with("unterminated triple-quoted")
        || error.message == "unexpected EOF while parsing"
}

/// The parser would have liked to go on where the text ends.
fn ends_too_soon(error: &SyntaxError, source: &str) -> bool {
    let lines = source.lines().count();
    let last = source.lines().last().unwrap_or_default();
    let decorator = last.trim_start().starts_with('@');
    // An error behind the last line is said to be there without a place.
    let behind = error.line as usize > lines || error.line as usize == lines && error.offset == 0;
    let wanted = error.message.starts_with("expected an indented block")
        || error.message == "expected 'except' or 'finally' block"
        || decorator && behind;
    wanted && (behind || error.offset as usize > last.chars().count())
}

#[cfg(test)]
mod tests {
    use super::wants_more;

    #[test]
    fn whole_statements_are_compiled_at_once() {
        for source in [
            "1 + 1\n",
            "\n",
            "# nothing\n",
            "x = [1,\n2]\n",
            "'''a\nb'''\n",
            "import os; os\n",
            "a \\\n+ 1\n",
        ] {
            assert!(!wants_more(source), "{source}");
        }
    }

    #[test]
    fn what_is_open_goes_on() {
        for source in [
            "f(\n",
            "f(\n\n",
            "x = [1,\n",
            "'''a\n",
            "'''a\n\n",
            "f'''a\n",
            "a + \\\n",
            "{1: (2,\n",
        ] {
            assert!(wants_more(source), "{source}");
        }
    }

    #[test]
    fn compound_statements_end_with_an_empty_line() {
        for source in [
            "if x:\n",
            "if x: pass\n",
            "if x:\n    pass\n",
            "if x:\n    pass\nelse:\n",
            "for x in y:\n    if x:\n",
            "def f():\n    x = 1\n\n    y = 2\n",
            "class C:\n    def f(self):\n",
            "try:\n    pass\n",
            "@decorator\n",
            "@decorator\n@another(1)\n",
            "@decorator\ndef f():\n",
            "with a as b:\n",
            "match x:\n",
            "match x:\n    case 1:\n",
            "async def f():\n",
        ] {
            assert!(wants_more(source), "{source}");
        }
        for source in [
            "if x: pass\n\n",
            "def f():\n    return 1\n\n",
            "try:\n    pass\n\n",
            "if x:\n\n",
            "@decorator\n\n",
        ] {
            assert!(!wants_more(source), "{source}");
        }
    }

    #[test]
    fn what_is_wrong_already_is_not_waited_for() {
        for source in [
            "x = = 1\n",
            "f(]\n",
            "'abc\n",
            "if x:\n    y = = 1\n",
            "  x\n",
            "1 +\n",
            "else:\n",
        ] {
            assert!(!wants_more(source), "{source}");
        }
    }
}
