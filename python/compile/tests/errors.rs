//! Errors have CPython's kind, message and line: expectations recorded from CPython 3.14 in `errors.txt`. Each case is a line
//! `--- Kind|line|offset|message` and the source up to the next; `~~~` instead of `---` marks what differs still.

use taipan_compile::{ErrorKind, Mode, Options, compile};

fn kind_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Syntax => "SyntaxError",
        ErrorKind::Indentation => "IndentationError",
        ErrorKind::Tab => "TabError",
        ErrorKind::Recursion => "RecursionError",
        ErrorKind::Overflow => "OverflowError",
    }
}

struct Case {
    known: bool,
    kind: String,
    line: u32,
    offset: u32,
    message: String,
    source: String,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in include_str!("errors.txt").split_inclusive('\n') {
        let head = line.strip_prefix("--- ").or(line.strip_prefix("~~~ "));
        let Some(head) = head else {
            cases
                .last_mut()
                .expect("starts with a head")
                .source
                .push_str(line);
            continue;
        };
        let mut fields = head.trim_end_matches('\n').splitn(4, '|');
        let mut next = || fields.next().expect("four fields").to_owned();
        cases.push(Case {
            known: line.starts_with("---"),
            kind: next(),
            line: next().parse().expect("a number"),
            offset: next().parse().expect("a number"),
            message: next(),
            source: String::new(),
        });
    }
    for case in &mut cases {
        case.source.pop();
    }
    cases
}

#[test]
fn errors_are_those_of_cpython() {
    let mut wrong = Vec::new();
    let mut better = Vec::new();
    let mut offsets = 0;
    let cases = cases();
    for case in &cases {
        let result = compile(case.source.as_bytes(), "<t>", Options::new(Mode::Exec));
        let (kind, line, offset, message) = match result {
            Ok(_) => ("None", 0, 0, String::new()),
            Err(error) => (
                kind_name(error.kind),
                error.line,
                error.offset,
                error.message,
            ),
        };
        let same = kind == case.kind && line == case.line && message == case.message;
        offsets += usize::from(same && offset == case.offset);
        if same != case.known {
            let list = if same { &mut better } else { &mut wrong };
            list.push(format!(
                "{:?}\n   want {} {}:{} {}\n   have {kind} {line}:{offset} {message}",
                case.source, case.kind, case.line, case.offset, case.message
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        better.is_empty(),
        "now right, mark with ---:\n{}",
        better.join("\n")
    );
    assert!(
        offsets * 10 >= cases.len() * 7,
        "only {offsets} of {} offsets agree",
        cases.len()
    );
}
