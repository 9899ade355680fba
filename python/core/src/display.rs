//! How uncaught exceptions are shown: what CPython's `traceback` module prints without colours.
//!
//! First all exceptions reachable from the given one become nodes (chains and groups are walked with a work list, never by recursion),
//! then the nodes are printed. The exceptions themselves stand in a guest list meanwhile, since guest code runs in between.

mod carets;
mod dedent;
mod header;
mod source;
mod stack;
mod suggest;
mod syntax;

use crate::exception::group::members;
use crate::output::sys_attr;
use crate::util::given;
use coil_value::Value;
use source::Sources;
use std::io::Write;
use taipan_objects::exception;
use taipan_objects::layout::at;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::ty::types;
use taipan_objects::vm::Vm;

/// The kept object (`Interp::keep`) that has the sources typed at a prompt: a dict of texts by file name.
pub const SESSION_SOURCES: &str = "session.sources";

/// The name by which the source of a code object of `-c`'s text is kept there: the text's file name is that of much other code.
pub fn text_key(code: &taipan_bytecode::Code) -> String {
    source::text_key(&code.name, code.first_line)
}

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
const MAX_GROUP_WIDTH: usize = 15;
const MAX_GROUP_DEPTH: usize = 10;

/// An exception ready to be printed; links are node numbers.
#[derive(Default)]
struct Node {
    /// Entries of the traceback, each of one or more lines.
    stack: Vec<String>,
    /// The exception's own lines, notes included.
    only: Vec<String>,
    cause: Option<usize>,
    context: Option<usize>,
    suppress: bool,
    exceptions: Option<Vec<usize>>,
}

/// The text that CPython prints for an uncaught exception.
///
/// # Errors
/// What cannot be swallowed: MemoryError.
pub fn format_exception(vm: &mut Vm, exc: Value) -> PyResult<String> {
    let mut collect = Collect {
        nodes: Vec::new(),
        values: vm.new_list_with(4)?,
        sources: Sources::default(),
    };
    collect.all(vm, exc)?;
    let mut printer = Printer {
        nodes: &collect.nodes,
        out: String::new(),
        depth: 0,
        need_close: false,
    };
    printer.chain(0);
    Ok(printer.out)
}

/// Writes an uncaught exception to `sys.stderr`, or to the process's standard error where that does not exist.
///
/// # Errors
/// What writing raises.
pub fn print_exception(vm: &mut Vm, exc: Value) -> PyResult<()> {
    let text = format_exception(vm, exc)?;
    write_stderr(vm, &text)
}

/// Writes an exception that nobody can catch: `header` (one line without its end, such as `Exception ignored in: <...>`), traceback, text.
///
/// # Errors
/// What writing raises.
pub fn print_unraisable(vm: &mut Vm, exc: Value, header: &str) -> PyResult<()> {
    let mut text = format!("{header}\n");
    let traceback = given(mem::value(mem::expect_ref(exc), at::EXC_TRACEBACK));
    if traceback.is_some() {
        text.push_str("Traceback (most recent call last):\n");
        let mut sources = Sources::default();
        for entry in stack::format(vm, traceback, &mut sources, false)? {
            text.push_str(&entry);
        }
    }
    let class = header::class_name(vm, exc);
    let message = header::safe_str(vm, exc);
    text.push_str(&header::final_line(&class, &message));
    write_stderr(vm, &text)
}

/// What an uncaught SystemExit ends the process with (a text goes to standard error); none for other exceptions.
///
/// # Errors
/// What writing raises.
pub fn system_exit_code(vm: &mut Vm, exc: Value) -> PyResult<Option<i32>> {
    if !exception::is_a(exc, &types::SYSTEM_EXIT) {
        return Ok(None);
    }
    let Some(code) = crate::exception::extra(exc, 0) else {
        return Ok(Some(0));
    };
    if let Some(number) = taipan_objects::number::i64_of(code) {
        return Ok(Some((number & 0xff) as i32));
    }
    if taipan_objects::number::int_of(code).is_some() {
        return Ok(Some(255));
    }
    let text = protocol::str_text(vm, code)?;
    write_stderr(vm, &format!("{text}\n"))?;
    Ok(Some(1))
}

fn write_stderr(vm: &mut Vm, text: &str) -> PyResult<()> {
    match given(sys_attr(vm, "stderr")?) {
        Some(stream) => {
            let text = vm.new_str(text)?;
            protocol::call_method(vm, stream, "write", &[text])?;
            let name = vm.interp.names.flush.str();
            if let Some(flush) = protocol::get_attr_opt(vm, stream, name)? {
                protocol::call(vm, flush, &[])?;
            }
        }
        None => {
            // There is nobody left to tell about a failure.
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        }
    }
    Ok(())
}

struct Collect {
    nodes: Vec<Node>,
    /// The exception of each node.
    values: List,
    sources: Sources,
}

impl Collect {
    fn seen(&self, exc: Value) -> bool {
        (0..self.values.len()).any(|index| self.values.at(index) == exc)
    }

    /// A node for an exception, its links still missing.
    fn node(&mut self, vm: &mut Vm, exc: Value) -> PyResult<usize> {
        self.values.push(vm, exc)?;
        let traceback = given(mem::value(mem::expect_ref(exc), at::EXC_TRACEBACK));
        let stack = stack::format(vm, traceback, &mut self.sources, true)?;
        let only = header::lines(vm, exc, traceback, &mut self.sources)?;
        let suppress = mem::get::<u8>(mem::expect_ref(exc), at::EXC_SUPPRESS) != 0;
        self.nodes.push(Node {
            stack,
            only,
            suppress,
            ..Node::default()
        });
        Ok(self.nodes.len() - 1)
    }

    fn link(&mut self, vm: &mut Vm, of: usize, offset: usize) -> PyResult<Option<usize>> {
        let exc = mem::expect_ref(self.values.at(of));
        match given(mem::value(exc, offset)) {
            Some(linked) if !self.seen(linked) => self.node(vm, linked).map(Some),
            _ => Ok(None),
        }
    }

    fn all(&mut self, vm: &mut Vm, exc: Value) -> PyResult<()> {
        let first = self.node(vm, exc)?;
        let mut waiting = vec![first];
        while let Some(at) = waiting.pop() {
            let cause = self.link(vm, at, at::EXC_CAUSE)?;
            let context = if cause.is_none() && !self.nodes[at].suppress {
                self.link(vm, at, at::EXC_CONTEXT)?
            } else {
                None
            };
            let exc = self.values.at(at);
            let mut inner = None;
            if exception::is_a(exc, &types::BASE_EXCEPTION_GROUP) {
                let group = members(exc);
                let mut numbers = Vec::new();
                for index in 0..group.map_or(0, |group| group.len()) {
                    if let Some(member) = group.and_then(|group| group.get(index)) {
                        numbers.push(self.node(vm, member)?);
                    }
                }
                inner = Some(numbers);
            }
            waiting.extend(cause);
            waiting.extend(context);
            waiting.extend(inner.iter().flatten());
            let node = &mut self.nodes[at];
            (node.cause, node.context, node.exceptions) = (cause, context, inner);
        }
        Ok(())
    }
}

struct Printer<'a> {
    nodes: &'a [Node],
    out: String,
    depth: usize,
    need_close: bool,
}

impl Printer<'_> {
    fn indent(&self) -> String {
        "  ".repeat(self.depth)
    }

    /// Adds text, every line behind the margin of the group it belongs to.
    fn emit(&mut self, text: &str, margin: char) {
        if self.depth == 0 {
            self.out.push_str(text);
            return;
        }
        let prefix = format!("{}{margin} ", self.indent());
        for line in dedent::lines_with_ends(text) {
            self.out.push_str(&prefix);
            self.out.push_str(line);
        }
    }

    /// An exception, after those it was caused by or raised while handling.
    fn chain(&mut self, last: usize) {
        let mut order = Vec::new();
        let mut next = Some(last);
        while let Some(at) = next {
            let node = &self.nodes[at];
            let (message, earlier) = match (node.cause, node.context) {
                (Some(cause), _) => (Some(CAUSE), Some(cause)),
                (None, Some(context)) if !node.suppress => (Some(CONTEXT), Some(context)),
                _ => (None, None),
            };
            order.push((message, at));
            next = earlier;
        }
        for (message, at) in order.into_iter().rev() {
            if let Some(message) = message {
                self.emit(message, '|');
            }
            self.one(at);
        }
    }

    fn one(&mut self, at: usize) {
        let node = &self.nodes[at];
        let Some(exceptions) = &node.exceptions else {
            if !node.stack.is_empty() {
                self.emit("Traceback (most recent call last):\n", '|');
            }
            for text in node.stack.iter().chain(&node.only) {
                self.emit(text, '|');
            }
            return;
        };
        if self.depth > MAX_GROUP_DEPTH {
            self.emit(
                &format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"),
                '|',
            );
            return;
        }
        let outermost = self.depth == 0;
        if outermost {
            self.depth = 1;
        }
        if !node.stack.is_empty() {
            let margin = if outermost { '+' } else { '|' };
            self.emit(
                "Exception Group Traceback (most recent call last):\n",
                margin,
            );
        }
        for text in node.stack.iter().chain(&node.only) {
            self.emit(text, '|');
        }
        self.group(exceptions);
        if outermost {
            self.depth = 0;
        }
    }

    /// The exceptions of a group, as branches of a tree.
    fn group(&mut self, exceptions: &[usize]) {
        let shown = exceptions.len().min(MAX_GROUP_WIDTH + 1);
        self.need_close = false;
        for index in 0..shown {
            let last = index + 1 == shown;
            if last {
                // Whoever is innermost at the end closes the frame.
                self.need_close = true;
            }
            let cut = index >= MAX_GROUP_WIDTH;
            let title = if cut {
                "...".to_owned()
            } else {
                (index + 1).to_string()
            };
            let branch = if index == 0 { "+-" } else { "  " };
            let line = format!(
                "{}{branch}+---------------- {title} ----------------\n",
                self.indent()
            );
            self.out.push_str(&line);
            self.depth += 1;
            if cut {
                let more = exceptions.len() - MAX_GROUP_WIDTH;
                let plural = if more > 1 { "s" } else { "" };
                self.emit(&format!("and {more} more exception{plural}\n"), '|');
            } else {
                self.chain(exceptions[index]);
            }
            if last && self.need_close {
                let line = format!("{}+------------------------------------\n", self.indent());
                self.out.push_str(&line);
                self.need_close = false;
            }
            self.depth -= 1;
        }
    }
}
