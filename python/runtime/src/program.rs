//! Programs run from start to end: uncaught exceptions are shown, the exit status comes from them and from the last flush.

use crate::python::Python;
use taipan_bytecode::{Code, Const};
use taipan_compile::Mode;
use taipan_objects::dict::Dict;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Raised};

/// The exit status when output could not be written at the end.
const LOST_OUTPUT: u8 = 120;

/// The file name of a program given as text.
const TEXT: &str = "<string>";

impl Python {
    /// Runs a program as `__main__`; the interpreter goes on living. What it prints as errors goes to standard error. Gives the exit status.
    pub fn run_source(&mut self, source: &[u8], name: &str, file: Option<&str>, mode: Mode) -> u8 {
        let result = match self.compile(source, name, mode) {
            Ok(code) => {
                coil_host::give_back();
                self.run_main(code, file)
            }
            Err(error) => Err(match self.vm().new_str(name) {
                Ok(name) => taipan_modules::syntax_error::raise_syntax(self.vm(), &error, name),
                Err(raised) => raised,
            }),
        };
        self.ended(result)
    }

    /// As [`Python::run_source`] for the text of `-c`: indented as a whole it may be, and tracebacks show its lines.
    pub fn run_text(&mut self, text: &str) -> u8 {
        let text = dedented(text);
        let code = match self.compile(text.as_bytes(), TEXT, Mode::Exec) {
            Ok(code) => code,
            Err(_) => return self.run_source(text.as_bytes(), TEXT, None, Mode::Exec),
        };
        let result = match self.keep_text(&code, &text) {
            Ok(()) => self.run_main(code, None),
            Err(raised) => Err(raised),
        };
        self.ended(result)
    }

    fn keep_text(&mut self, code: &Code, text: &str) -> PyResult<()> {
        let vm = self.vm();
        let text = vm.new_str(text)?;
        let kept = vm.interp.kept(taipan_core::SESSION_SOURCES);
        let sources = match kept.and_then(Dict::of) {
            Some(sources) => sources,
            None => vm.new_dict()?,
        };
        vm.interp
            .keep(taipan_core::SESSION_SOURCES, sources.value());
        let mut waiting = vec![code];
        while let Some(code) = waiting.pop() {
            let key = taipan_core::text_key(code);
            sources.set_name(vm, &key, text)?;
            waiting.extend(code.consts.iter().filter_map(|constant| match constant {
                Const::Code(inner) => Some(&**inner),
                _ => None,
            }));
        }
        Ok(())
    }

    fn ended(&mut self, result: PyResult) -> u8 {
        self.interrupted = result.is_err() && self.vm().raised_is(&types::KEYBOARD_INTERRUPT);
        match result {
            Ok(_) => 0,
            Err(raised) => self.finish(raised),
        }
    }

    /// What Python does at the end: callbacks of module `atexit`, streams flushed. Gives the exit status, which is the given one unless output
    /// was lost. Does not come back if an interrupt that nobody caught ended the program.
    pub fn end(&mut self, status: u8) -> u8 {
        let mut status = status;
        let vm = self.vm();
        if let Err(raised) = taipan_modules::finish(vm) {
            vm.take_raised(raised);
        }
        if let Err(raised) = taipan_io::flush_std(vm, "stdout") {
            let error = vm.take_raised(raised);
            status = LOST_OUTPUT;
            let header = "Exception ignored while flushing sys.stdout:";
            if let Err(raised) = taipan_core::print_unraisable(vm, error, header) {
                vm.take_raised(raised);
            }
        }
        // Nobody can be told what is wrong with standard error.
        if let Err(raised) = taipan_io::flush_std(vm, "stderr") {
            vm.take_raised(raised);
            status = LOST_OUTPUT;
        }
        if self.interrupted {
            taipan_modules::signal::die_of_interrupt();
        }
        status
    }

    /// Shows an uncaught exception, or gives what SystemExit asks for.
    fn finish(&mut self, raised: Raised) -> u8 {
        let error = self.vm().take_raised(raised);
        self.vm().grant_last_words();
        let status = match taipan_core::system_exit_code(self.vm(), error) {
            Ok(None) => match self.remember(error) {
                Ok(()) => taipan_modules::sys::hooks::show_uncaught(self.vm(), error),
                Err(raised) => Err(raised),
            },
            Ok(Some(code)) => Ok(Some(code as u8)),
            Err(raised) => Err(raised),
        };
        match status {
            Ok(status) => status.unwrap_or(1),
            Err(raised) => {
                self.vm().take_raised(raised);
                1
            }
        }
    }

    /// The pending exception as the text that an uncaught exception prints.
    pub fn describe(&mut self, raised: Raised) -> String {
        let error = self.vm().take_raised(raised);
        match taipan_core::format_exception(self.vm(), error) {
            Ok(text) => text,
            Err(_) => "an exception could not be shown\n".to_owned(),
        }
    }
}

/// The text without the white space that all its lines begin with; lines of nothing else become empty.
fn dedented(text: &str) -> String {
    let indent = |line: &'_ str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let full = || text.split('\n').filter(|line| indent(line) < line.len());
    let Some(first) = full().next() else {
        return text.to_owned();
    };
    let mut common = &first[..indent(first)];
    for line in full() {
        let same = common.bytes().zip(line.bytes()).take_while(|(a, b)| a == b);
        common = &common[..same.count()];
    }
    if common.is_empty() {
        return text.to_owned();
    }
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| line.strip_prefix(common).unwrap_or_default())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::dedented;

    #[test]
    fn what_all_lines_begin_with_goes() {
        for (text, wanted) in [
            ("", ""),
            ("a\n b", "a\n b"),
            ("  a\n    b\n\n  c", "a\n  b\n\nc"),
            ("\n  a\n \n  b\n", "\na\n\nb\n"),
            ("\ta\n  b", "\ta\n  b"),
            (" \n", " \n"),
        ] {
            assert_eq!(dedented(text), wanted);
        }
    }
}
