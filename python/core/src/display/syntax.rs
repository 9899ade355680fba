//! A SyntaxError's lines: where it is, the source line, a mark below the place.

use super::dedent::is_space;
use super::source::{Sources, swallow};
use crate::exception::extra;
use crate::util::text_of;
use coil_value::Value;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::vm::Vm;

/// All lines of a SyntaxError but its notes.
pub(crate) fn lines(vm: &mut Vm, exc: Value, class: &str, _: &mut Sources) -> Vec<String> {
    let mut out = Vec::new();
    let text_field = |vm: &mut Vm, index: usize| {
        extra(exc, index).and_then(|value| swallow(vm, |vm| protocol::str_text(vm, value)))
    };
    let (file, line) = (text_field(vm, 1), text_field(vm, 2));
    let mut suffix = String::new();
    match (&line, &file) {
        (Some(line), file) => {
            let file = file
                .as_deref()
                .filter(|file| !file.is_empty())
                .unwrap_or("<string>");
            out.push(format!("  File \"{file}\", line {line}\n"));
        }
        (None, Some(file)) => suffix = format!(" ({file})"),
        (None, None) => {}
    }
    if let Some(text) = extra(exc, 4)
        .filter(|text| Str::of(*text).is_some())
        .and_then(text_of)
    {
        source_line(exc, &text, &mut out);
    }
    let message =
        extra(exc, 0).and_then(|message| swallow(vm, |vm| protocol::str_text(vm, message)));
    let message = message.filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| "<no detail available>".to_owned());
    out.push(format!("{class}: {message}{suffix}\n"));
    out
}

fn int_field(exc: Value, index: usize) -> Option<i64> {
    extra(exc, index).and_then(number::i64_of)
}

fn source_line(exc: Value, text: &str, out: &mut Vec<String>) {
    let line: Vec<char> = text.trim_end_matches('\n').chars().collect();
    let spaces = line
        .iter()
        .take_while(|c| matches!(c, ' ' | '\n' | '\x0c'))
        .count();
    let shown = &line[spaces..];
    let shown_text: String = shown.iter().collect();
    out.push(format!("    {shown_text}\n"));
    let Some(offset) = int_field(exc, 3) else {
        if extra(exc, 3).is_some() {
            out.pop();
        }
        return;
    };
    let (count, past) = (text.chars().count() as i64, line.len() as i64 + 1);
    let same_line = extra(exc, 2) == extra(exc, 5);
    let mut end = if same_line {
        int_field(exc, 6).filter(|end| *end != 0).unwrap_or(offset)
    } else {
        past
    };
    let mut start = offset;
    if count > 0 && start > count {
        start = past;
    }
    if count > 0 && end > count {
        end = past;
    }
    if start >= end || end < 0 {
        end = start + 1;
    }
    let first = start - 1 - spaces as i64;
    let last = end - 1 - spaces as i64;
    let (Ok(first), Ok(last)) = (usize::try_from(first), usize::try_from(last)) else {
        return;
    };
    // Tabs before the place stay, so that the mark stands below it.
    let lead: String = shown
        .iter()
        .take(first)
        .map(|c| if is_space(*c) { *c } else { ' ' })
        .collect();
    out.push(format!("    {lead}{}\n", "^".repeat(last - first)));
}
