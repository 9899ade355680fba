//! The entries of a traceback as text.

use super::carets::{self, Segment};
use super::dedent::stripped;
use super::source::{Sources, text_key};
use crate::frame;
use coil_value::Value;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::raise::PyResult;
use taipan_objects::vm::Vm;

/// Equal entries shown before the rest is counted.
const REPEATED: usize = 3;

/// All entries of a traceback, oldest first, a text of several lines each.
///
/// # Errors
/// MemoryError.
pub(crate) fn format(
    vm: &mut Vm,
    traceback: Option<Value>,
    sources: &mut Sources,
    carets: bool,
) -> PyResult<Vec<String>> {
    let mut out = Vec::new();
    let mut last: Option<(String, Option<u32>, String)> = None;
    let mut count = 0usize;
    let mut next = traceback;
    let mut skip = entries_over_limit(vm, traceback)?;
    while let Some(entry) = next {
        let object = mem::expect_ref(entry);
        next = mem::value(object, at::TB_NEXT);
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let here = Entry::of(entry);
        let key = (here.file.clone(), here.line, here.name.clone());
        if here.line.is_none() || last.as_ref() != Some(&key) {
            out.extend(repeated(count));
            last = Some(key);
            count = 0;
        }
        count += 1;
        if count <= REPEATED {
            out.push(here.text(vm, sources, carets));
        }
    }
    out.extend(repeated(count));
    Ok(out)
}

fn repeated(count: usize) -> Option<String> {
    let more = count.checked_sub(REPEATED).filter(|more| *more > 0)?;
    let plural = if more > 1 { "s" } else { "" };
    Some(format!(
        "  [Previous line repeated {more} more time{plural}]\n"
    ))
}

/// How many of the oldest entries `sys.tracebacklimit` hides.
fn entries_over_limit(vm: &mut Vm, traceback: Option<Value>) -> PyResult<usize> {
    let limit = crate::output::sys_attr(vm, "tracebacklimit")?;
    let Some(limit) = limit.and_then(taipan_objects::number::i64_of) else {
        return Ok(0);
    };
    let mut total = 0usize;
    let mut next = traceback;
    while let Some(entry) = next {
        total += 1;
        next = mem::value(mem::expect_ref(entry), at::TB_NEXT);
    }
    Ok(total.saturating_sub(usize::try_from(limit).unwrap_or(0)))
}

struct Entry {
    file: String,
    name: String,
    first_line: u32,
    line: Option<u32>,
    end_line: u32,
    columns: Option<(u32, u32)>,
    globals: Option<taipan_objects::dict::Dict>,
}

impl Entry {
    fn of(traceback: Value) -> Entry {
        let object = mem::expect_ref(traceback);
        let frame = mem::reference(object, at::TB_FRAME);
        let code = frame.and_then(frame::code_of);
        let word: i32 = mem::get(object, at::TB_LASTI);
        let line: i32 = mem::get(object, at::TB_LINE);
        let position = code
            .zip(u32::try_from(word).ok())
            .and_then(|(code, word)| code.code.position_of(word))
            .filter(|position| position.line != 0);
        let own = u32::try_from(line).ok().filter(|line| *line > 0);
        Entry {
            file: code
                .map(|code| code.code.filename.clone())
                .unwrap_or_default(),
            name: code.map(|code| code.code.name.clone()).unwrap_or_default(),
            first_line: code.map_or(0, |code| code.code.first_line),
            line: position.map(|position| position.line).or(own),
            end_line: position.map_or(own.unwrap_or(0), |position| position.end_line),
            columns: position.map(|position| (position.column, position.end_column)),
            globals: frame.and_then(frame::globals),
        }
    }

    fn text(&self, vm: &mut Vm, sources: &mut Sources, carets: bool) -> String {
        let line_text = self.line.map_or("None".to_owned(), |line| line.to_string());
        let file = if self.file.starts_with("<stdin-") && self.file.ends_with('>') {
            "<stdin>"
        } else {
            &self.file
        };
        let mut out = format!("  File \"{file}\", line {line_text}, in {}\n", self.name);
        let Some(first) = self.line else {
            return out;
        };
        let last = self.end_line.max(first);
        let mut lines = Vec::new();
        let text = (self.file == "<string>").then(|| text_key(&self.name, self.first_line));
        for line in first..=last {
            let mut shown = match &text {
                Some(key) => sources.line(vm, key, None, line),
                None => String::new(),
            };
            if shown.is_empty() {
                shown = sources.line(vm, &self.file, self.globals, line);
            }
            lines.push(shown);
        }
        if lines.iter().all(|line| stripped(line).is_empty()) {
            return out;
        }
        match self.columns.filter(|_| carets) {
            Some((start, end)) => {
                let segment = Segment {
                    lines: &lines,
                    start: start as usize,
                    end: end as usize,
                };
                out.push_str(&carets::show(&segment));
            }
            None => {
                let text = stripped(&lines[0]);
                if !text.is_empty() {
                    out.push_str("    ");
                }
                out.push_str(text);
                out.push('\n');
            }
        }
        out
    }
}
