//! What a script expects of its compiled traces: comment lines that are held against the dump of optimised traces.
//!
//! ```text
//! # expect-trace: loop total: no new, no call_*, ops <= 12, int_add_ovf == 1, ends jump
//! ```
//!
//! A line names traces, `loop NAME`, `version NAME` (of a loop, for other types), `function NAME` or `resume NAME` (NAME is the function's qualified name, or `<module>`), and says what must hold for
//! each trace that was compiled for it; there must be one. `bridge NAME` names the bridges of loops and their versions, and the bridges of bridges. It may stand anywhere in the script, at the start of a line or indented.
//! Of a trace with labels, only what follows the last label counts: the body of the loop, as it runs from the second turn on. `whole`
//! as the first clause asks for the whole trace, preamble included.
//!
//! | clause | holds when |
//! |---|---|
//! | `no OP` | there is no such instruction |
//! | `OP == N`, `OP <= N`, `OP >= N` | there are so many |
//! | `ends WORD` | the trace ends so: `jump` (to a label of its own), `link` (to another trace), `enter`, `exit`, `return` |
//!
//! OP is the name of a trace instruction, with `*` for any text (`call_*`, `guard_*`), or `ops`: all instructions but phis and `nop`.
//! Expectations are checked in the mode `default`.

use std::collections::HashMap;
use std::path::Path;

/// A line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceExpectation {
    /// As it stands in the script.
    text: String,
    /// `loop NAME` and the like.
    traces: String,
    whole: bool,
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Clause {
    Count { op: String, how: How, number: usize },
    Ends(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Equal,
    AtMost,
    AtLeast,
}

const KINDS: [&str; 5] = ["loop", "version", "function", "resume", "bridge"];
const ENDS: [&str; 5] = ["jump", "link", "enter", "exit", "return"];

/// The expectations in a script's text.
///
/// # Errors
/// A text naming the line that is not understood.
pub fn expectations(script: &str) -> Result<Vec<TraceExpectation>, String> {
    script
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("# expect-trace:"))
        .map(|line| {
            parse(line.trim()).ok_or_else(|| format!("not understood: expect-trace: {line}"))
        })
        .collect()
}

fn parse(text: &str) -> Option<TraceExpectation> {
    let (traces, clauses) = text.split_once(": ")?;
    let (kind, name) = traces.split_once(' ')?;
    if !KINDS.contains(&kind) || name.is_empty() || name.contains(' ') {
        return None;
    }
    let mut words: Vec<&str> = clauses.split(',').map(str::trim).collect();
    let whole = words[0] == "whole";
    if whole {
        words.remove(0);
    }
    let clauses: Vec<Clause> = words.into_iter().map(clause).collect::<Option<_>>()?;
    (!clauses.is_empty()).then(|| TraceExpectation {
        text: text.to_owned(),
        traces: traces.to_owned(),
        whole,
        clauses,
    })
}

fn clause(text: &str) -> Option<Clause> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let count = |op: &str, how, number| {
        let known = op
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_*".contains(c));
        known.then(|| Clause::Count {
            op: op.to_owned(),
            how,
            number,
        })
    };
    match words[..] {
        ["no", op] => count(op, How::Equal, 0),
        ["ends", word] => ENDS.contains(&word).then(|| Clause::Ends(word.to_owned())),
        [op, "==", number] => count(op, How::Equal, number.parse().ok()?),
        [op, "<=", number] => count(op, How::AtMost, number.parse().ok()?),
        [op, ">=", number] => count(op, How::AtLeast, number.parse().ok()?),
        _ => None,
    }
}

/// A trace of a dump.
struct Trace<'a> {
    /// `loop NAME` and the like.
    title: String,
    /// Instructions, from the last label on.
    body: Vec<&'a str>,
    whole: Vec<&'a str>,
    end: &'a str,
    text: &'a str,
}

/// The traces of a dump of the kind `ir-opt`, but for bridges of functions and of what follows calls. A bridge bears the name of the loop that its
/// first ancestor is.
fn traces(dump: &str) -> Vec<Trace<'_>> {
    // The names by number. Numbers of traces that came to nothing after all are given again.
    let mut names: HashMap<&str, &str> = HashMap::new();
    dump.split("; ir-opt ")
        .skip(1)
        .filter_map(|text| {
            let (head, lines) = text.split_once('\n')?;
            let (number, title) = head.split_once(' ')?;
            let (kind, place) = title.split_once(' ')?;
            let name = if kind == "bridge" {
                let parent = place.split_once('.')?.0;
                names.get(parent).copied()
            } else {
                // The line of the code and the word of the header follow the name.
                Some(place.rsplit_once(':')?.0)
            };
            match name.filter(|_| ["loop", "version", "bridge"].contains(&kind)) {
                Some(name) => names.insert(number, name),
                None => names.remove(number),
            };
            let title = format!("{kind} {}", name?);
            let mut trace = Trace {
                title,
                body: Vec::new(),
                whole: Vec::new(),
                end: "",
                text: lines.trim_end(),
            };
            for line in lines.lines() {
                let first = line.split_whitespace().next().unwrap_or_default();
                match first {
                    "label" => trace.body.clear(),
                    "end" => trace.end = line.split_whitespace().nth(1).unwrap_or_default(),
                    "" | "field" | "call" | "new" | "inputs" | "exit" => {}
                    _ => {
                        let op = line.split_once(" = ").map_or(line, |(_, op)| op);
                        let op = op.split('(').next().unwrap_or_default();
                        if !op.starts_with("phi_") && op != "nop" {
                            trace.body.push(op);
                            trace.whole.push(op);
                        }
                    }
                }
            }
            Some(trace)
        })
        .collect()
}

/// Whether an op's name fits a pattern with stars.
fn fits(pattern: &str, op: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == op,
        Some((start, rest)) => op.strip_prefix(start).is_some_and(|left| {
            (0..=left.len()).any(|at| left.is_char_boundary(at) && fits(rest, &left[at..]))
        }),
    }
}

impl TraceExpectation {
    /// What is wrong with the traces of a dump, if anything.
    fn complaint(&self, traces: &[Trace<'_>]) -> Option<String> {
        let named: Vec<&Trace<'_>> = traces.iter().filter(|t| t.title == self.traces).collect();
        if named.is_empty() {
            let others: Vec<&str> = traces.iter().map(|trace| trace.title.as_str()).collect();
            return Some(format!(
                "    expect-trace: {}\n    no such trace was compiled; those there are: {}\n",
                self.text,
                others.join(", ")
            ));
        }
        for trace in named {
            for clause in &self.clauses {
                if let Some(found) = self.broken(clause, trace) {
                    let lines = trace.text.lines().filter(|l| !l.starts_with("exit "));
                    let text: String = lines.map(|l| format!("    | {l}\n")).collect();
                    return Some(format!(
                        "    expect-trace: {}\n    but {found}:\n{text}",
                        self.text
                    ));
                }
            }
        }
        None
    }

    fn broken(&self, clause: &Clause, trace: &Trace<'_>) -> Option<String> {
        let insts = if self.whole {
            &trace.whole
        } else {
            &trace.body
        };
        match clause {
            Clause::Ends(word) => (trace.end != word).then(|| format!("it ends {}", trace.end)),
            Clause::Count { op, how, number } => {
                let all = op == "ops";
                let count = insts.iter().filter(|inst| all || fits(op, inst)).count();
                let holds = match how {
                    How::Equal => count == *number,
                    How::AtMost => count <= *number,
                    How::AtLeast => count >= *number,
                };
                (!holds).then(|| format!("{op} is there {count} times"))
            }
        }
    }
}

/// Holds the expectations against the dump that a run left at `path`; gives what is wrong. An interpreter that leaves no dump has no traces to
/// speak of: it is not Taipan.
pub fn check(expectations: &[TraceExpectation], path: &Path) -> String {
    match std::fs::read_to_string(path) {
        Ok(dump) => check_text(expectations, &dump),
        Err(_) => String::new(),
    }
}

fn check_text(expectations: &[TraceExpectation], dump: &str) -> String {
    let traces = traces(dump);
    expectations
        .iter()
        .filter_map(|expectation| expectation.complaint(&traces))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "\
; ir-opt 0 loop total:1@4
field f0 = +16 i64 alias 1 mutable barrier none
new n0 = layout 98 size 48
inputs 0 1
v0 = input_val(#0)
b1 = is_int(v0)
guard_true(b1) [e0]
r2 = new(ref(0x10)) n0
store(r2, v0) f0
label l0 phis 1 (i7)
i3 = phi_int(#0)
i4 = int_add_ovf(i3, 1)
guard_no_ovf(i4) [e1]
guard_no_event() [e1]
exit e0 = at 0x10:4 base 0 result 2 kind 0 {0: v0}
exit e1 = at 0x10:4 base 0 result 2 kind 0 {0: box_int(i3)}
end jump l0 (i4)

; ir-opt 1 bridge 0.1
end return val(0x1)

; ir-opt 3 bridge 1.0
end link 0 l0 (i4)

; ir-opt 2 function C.method:7
call c0 = len @0x20 (val) -> int reads raises
i0 = call_int(v0) c0
guard_no_raise() [e0]
end return val(0x1)
";

    fn complaints(lines: &str) -> String {
        let script: String = lines
            .lines()
            .map(|l| format!("# expect-trace: {l}\n"))
            .collect();
        check_text(&expectations(&script).expect("parses"), DUMP)
    }

    #[test]
    fn the_body_of_a_loop_is_looked_at() {
        let held = "loop total: no new, no store*, ops == 3, guard_* <= 2, ends jump";
        assert_eq!(complaints(held), "");
        assert!(complaints("loop total: ops <= 2").contains("ops is there 3 times"));
        assert!(complaints("loop total: ends return").contains("it ends jump"));
        assert!(complaints("loop total: int_add_ovf >= 2").contains("1 times"));
    }

    #[test]
    fn the_whole_trace_may_be_asked_for() {
        assert_eq!(complaints("loop total: whole, new == 1, ops == 8"), "");
        assert!(complaints("loop total: whole, no new").contains("new is there 1 times"));
    }

    #[test]
    fn traces_are_found_by_kind_and_name() {
        assert_eq!(
            complaints("function C.method: call_* == 1, ends return"),
            ""
        );
        let complaint = complaints("loop C.method: no new");
        assert!(
            complaint.contains("bridge total, function C.method"),
            "{complaint}"
        );
    }

    #[test]
    fn bridges_bear_the_name_of_the_trace_they_grew_from() {
        assert_eq!(complaints("bridge total: no new"), "");
        assert!(complaints("bridge total: ends link").contains("it ends return"));
        assert!(complaints("bridge C.method: no new").contains("no such trace"));
    }

    #[test]
    fn expectations_stand_anywhere_and_must_be_understood() {
        let script = "def f():\n    # expect-trace: loop f: no new\n    pass\n";
        assert_eq!(expectations(script).expect("parses").len(), 1);
        for wrong in [
            "loop: no new",
            "loop f",
            "branch f: no new",
            "loop f: nothing new",
            "loop f: ops < 3",
            "loop f: ends badly",
            "loop f: whole",
            "loop f: no new; no call_*",
        ] {
            let script = format!("# expect-trace: {wrong}\n");
            assert!(expectations(&script).is_err(), "{wrong}");
        }
    }

    #[test]
    fn stars_stand_for_any_text() {
        assert!(fits("call_*", "call_int") && fits("*_ovf", "int_add_ovf") && fits("*", ""));
        assert!(!fits("call_*", "recall_int") && !fits("new", "newer") && fits("a*c*", "abcd"));
    }
}
