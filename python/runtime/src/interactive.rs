//! Statements typed at a prompt: run one by one in `__main__`, errors shown, the session kept alive.

use crate::python::Python;
use taipan_compile::Mode;
use taipan_interp::frame;
use taipan_objects::dict::Dict;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::{PyResult, Raised, Value};

/// Prompts of a session: for a new statement, and for the lines that follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// `sys.ps1`
    First,
    /// `sys.ps2`
    Next,
}

impl Prompt {
    fn name(self) -> &'static str {
        match self {
            Prompt::First => "ps1",
            Prompt::Next => "ps2",
        }
    }

    fn usual(self) -> &'static str {
        match self {
            Prompt::First => ">>> ",
            Prompt::Next => "... ",
        }
    }
}

impl Python {
    /// Makes what a session needs: module `__main__` unless a program left one, and the prompts.
    ///
    /// # Errors
    /// MemoryError.
    pub fn start_session(&mut self) -> PyResult<()> {
        self.interrupted = false;
        if self.main_globals()?.is_none() {
            self.make_main(None)?;
        }
        let Some(sys) = self.sys()? else {
            return Ok(());
        };
        let vm = self.vm();
        for prompt in [Prompt::First, Prompt::Next] {
            if sys.get_name(vm, prompt.name())?.is_none() {
                let text = vm.new_str(prompt.usual())?;
                sys.set_name(vm, prompt.name(), text)?;
            }
        }
        if vm.interp.kept(SOURCES).is_none() {
            let sources = vm.new_dict()?;
            vm.interp.keep(SOURCES, sources.value());
        }
        Ok(())
    }

    /// The text of a prompt: whatever the session has put into module `sys`.
    pub fn prompt(&mut self, prompt: Prompt) -> String {
        let text = self.prompt_text(prompt);
        match text {
            Ok(Some(text)) => text,
            Ok(None) => String::new(),
            Err(raised) => {
                // As CPython: a prompt that cannot be shown is not.
                let _ = self.vm().take_raised(raised);
                String::new()
            }
        }
    }

    fn prompt_text(&mut self, prompt: Prompt) -> PyResult<Option<String>> {
        let Some(sys) = self.sys()? else {
            return Ok(None);
        };
        let vm = self.vm();
        match sys.get_name(vm, prompt.name())? {
            Some(object) => {
                let text = protocol::str(vm, object)?;
                Ok(Some(text.to_rust().into_owned()))
            }
            None => Ok(None),
        }
    }

    /// Runs one statement, which `name` names in tracebacks. Gives the exit status when it ends the session.
    pub fn run_statement(&mut self, source: &str, name: &str) -> Option<u8> {
        self.run_in_main(source, name, Mode::Single)
    }

    /// Runs a file before the first statement (PYTHONSTARTUP). Gives the exit status when it ends the session.
    pub fn run_startup(&mut self, source: &str, name: &str) -> Option<u8> {
        self.run_in_main(source, name, Mode::Exec)
    }

    fn run_in_main(&mut self, source: &str, name: &str, mode: Mode) -> Option<u8> {
        let ended = match self.try_in_main(source, name, mode) {
            Ok(_) => None,
            Err(raised) => self.show(raised),
        };
        self.flush();
        ended
    }

    fn try_in_main(&mut self, source: &str, name: &str, mode: Mode) -> PyResult {
        let filename = self.vm().new_str(name)?;
        let text = self.vm().new_str(source)?;
        if let Some(sources) = self.vm().interp.kept(SOURCES).and_then(Dict::of) {
            sources.set(self.vm(), filename, text)?;
        }
        let code = match self.compile(source.as_bytes(), name, mode) {
            Ok(code) => code,
            Err(error) => {
                let vm = self.vm();
                return Err(taipan_modules::syntax_error::raise_syntax(
                    vm, &error, filename,
                ));
            }
        };
        let Some(globals) = self.main_globals()? else {
            return Err(self.vm().raise_runtime("lost __main__"));
        };
        let vm = self.vm();
        let code = vm.new_code(code)?;
        frame::run_body(vm, mem::expect_ref(code), globals, None, None)
    }

    /// Shows an exception, or gives what SystemExit asks for.
    fn show(&mut self, raised: Raised) -> Option<u8> {
        let vm = self.vm();
        let error = vm.take_raised(raised);
        if let Err(raised) = self.remember(error) {
            let _ = self.vm().take_raised(raised);
        }
        let vm = self.vm();
        match taipan_core::system_exit_code(vm, error) {
            Ok(Some(code)) => return Some(code as u8),
            Ok(None) => {}
            Err(raised) => {
                let _ = vm.take_raised(raised);
                return Some(1);
            }
        }
        if let Err(raised) = taipan_core::print_exception(vm, error) {
            let _ = vm.take_raised(raised);
        }
        None
    }

    /// `sys.last_exc` and its relatives.
    pub(crate) fn remember(&mut self, error: Value) -> PyResult<()> {
        let Some(sys) = self.sys()? else {
            return Ok(());
        };
        let vm = self.vm();
        let class = taipan_objects::ty::Type::of(error).value();
        let traceback = mem::value(mem::expect_ref(error), at::EXC_TRACEBACK);
        sys.set_name(vm, "last_exc", error)?;
        sys.set_name(vm, "last_type", class)?;
        sys.set_name(vm, "last_value", error)?;
        let traceback = traceback.unwrap_or_else(taipan_objects::ty::none);
        sys.set_name(vm, "last_traceback", traceback)
    }

    fn flush(&mut self) {
        for name in ["stdout", "stderr"] {
            if let Err(raised) = self.flush_stream(name) {
                let _ = self.vm().take_raised(raised);
            }
        }
    }

    fn flush_stream(&mut self, name: &str) -> PyResult<()> {
        let Some(sys) = self.sys()? else {
            return Ok(());
        };
        let vm = self.vm();
        match sys.get_name(vm, name)? {
            Some(stream) if stream != taipan_objects::ty::none() => {
                protocol::call_method(vm, stream, "flush", &[]).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    fn sys(&mut self) -> PyResult<Option<Dict>> {
        self.module_dict("sys")
    }

    fn main_globals(&mut self) -> PyResult<Option<Dict>> {
        self.module_dict("__main__")
    }

    fn module_dict(&mut self, name: &str) -> PyResult<Option<Dict>> {
        let vm = self.vm();
        let modules = vm.interp.modules();
        let module = modules.get_name(vm, name)?;
        Ok(module.and_then(protocol::module_dict))
    }

    /// Whether the lines typed so far are not a whole statement yet.
    pub fn wants_more(source: &str) -> bool {
        taipan_syntax::wants_more(source)
    }
}

/// The texts of the session by the names that code objects have, for tracebacks.
const SOURCES: &str = taipan_core::SESSION_SOURCES;
