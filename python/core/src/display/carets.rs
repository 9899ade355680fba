//! Source lines of a traceback entry, with marks below the part that ran.
//!
//! The part is marked with `^`; within a binary operation, subscript or call the operator or brackets are, and the rest with `~`.
//! There are no marks when the part is all of the line and nothing inside it stands out. Of long parts only the lines around the ends
//! and around the operator are shown.

use super::dedent::{dedented, is_space};
use std::collections::BTreeSet;
use taipan_syntax::ast::{Expr, Mod, Stmt};
use taipan_syntax::{Mode, Ranged, parse};
use unicode_width::UnicodeWidthChar;

/// What an instruction covers: whole source lines, and byte columns in the first and the last.
pub(crate) struct Segment<'a> {
    pub(crate) lines: &'a [String],
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A place in the segment: line, column in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    line: usize,
    column: usize,
}

/// The part that stands out: from the first place up to the second.
struct Anchors {
    left: Place,
    right: Place,
}

/// Characters in the first `offset` bytes.
fn characters(text: &str, offset: usize) -> usize {
    String::from_utf8_lossy(&text.as_bytes()[..offset.min(text.len())])
        .chars()
        .count()
}

/// Columns that the first characters of a line take on a screen.
fn width(line: &str, count: usize) -> usize {
    if line.is_ascii() {
        return count;
    }
    line.chars()
        .take(count)
        .map(|c| if c.width() == Some(2) { 2 } else { 1 })
        .sum()
}

fn take(text: &str, from: usize, to: usize) -> String {
    text.chars()
        .skip(from)
        .take(to.saturating_sub(from))
        .collect()
}

/// The lines to print below an entry's `File` line.
pub(crate) fn show(segment: &Segment<'_>) -> String {
    let first = &segment.lines[0];
    let last = &segment.lines[segment.lines.len() - 1];
    let lines = dedented(segment.lines);
    let dedent = first.chars().count() - lines[0].chars().count();
    let start = characters(first, segment.start).saturating_sub(dedent);
    let end = characters(last, segment.end).saturating_sub(dedent);
    let anchors = find_anchors(&covered(&lines, start, end));
    let marked = wants_marks(&lines, start, end, anchors.is_some());
    let mut view = View {
        lines: &lines,
        start,
        end,
        anchors,
        marked,
        out: Vec::new(),
    };
    view.all();
    let body = dedented(&view.out);
    body.iter().map(|line| format!("    {line}\n")).collect()
}

/// The text that the instruction covers.
fn covered(lines: &[String], start: usize, end: usize) -> String {
    let text = lines.join("\n");
    let last = lines[lines.len() - 1].chars().count();
    let total = text.chars().count();
    let cut = last.saturating_sub(end);
    let stop = if end > last { total } else { total - cut };
    take(&text, start, stop)
}

// ---- what stands out

/// Finds operator or brackets of an expression.
fn find_anchors(segment: &str) -> Option<Anchors> {
    // In brackets, so that an expression may go over several lines; positions are two bytes further on.
    let parsed = parse(&format!("(\n{segment}\n)"), Mode::Exec).ok()?;
    let Mod::Module(module) = &parsed.tree else {
        return None;
    };
    let [Stmt::Expr(statement)] = module.body.as_slice() else {
        return None;
    };
    let text = Text {
        segment,
        lines: segment
            .split('\n')
            .map(|line| line.chars().collect())
            .collect(),
    };
    match &*statement.value {
        Expr::BinOp(operation) => {
            let left = text.after(operation.left.end().to_usize())?;
            let left = text.valid(left)?;
            let sign = text.until(left, |c| !is_space(c) && c != ')')?;
            let right = text.place(operation.right.start().to_usize())?;
            let next = Place {
                line: sign.line,
                column: sign.column + 1,
            };
            let second = text.lines.get(next.line)?.get(next.column).copied();
            let before_right = right.line > next.line || next.column < right.column;
            let two = before_right && second.is_some_and(|c| !is_space(c) && c != '\\' && c != '#');
            Some(Anchors {
                left: sign,
                right: Place {
                    column: next.column + usize::from(two),
                    ..next
                },
            })
        }
        Expr::Subscript(subscript) => brackets(
            &text,
            subscript.value.end().to_usize(),
            subscript.end().to_usize(),
            '[',
        ),
        Expr::Call(call) => brackets(
            &text,
            call.func.end().to_usize(),
            call.end().to_usize(),
            '(',
        ),
        _ => None,
    }
}

fn brackets(text: &Text<'_>, value_end: usize, end: usize, open: char) -> Option<Anchors> {
    let left = text.valid(text.after(value_end)?)?;
    Some(Anchors {
        left: text.until(left, |c| c == open)?,
        right: text.after(end)?,
    })
}

struct Text<'a> {
    segment: &'a str,
    lines: Vec<Vec<char>>,
}

impl Text<'_> {
    /// The place of a byte offset in the bracketed text.
    fn place(&self, offset: usize) -> Option<Place> {
        let before = self.segment.get(..offset.checked_sub(2)?)?;
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Some(Place {
            line,
            column: before[start..].chars().count(),
        })
    }

    fn after(&self, offset: usize) -> Option<Place> {
        self.place(offset)
    }

    /// The place itself, or the first character after it if it is at the end of its line.
    fn valid(&self, mut place: Place) -> Option<Place> {
        while place.column >= self.lines.get(place.line)?.len() {
            place = Place {
                line: place.line + 1,
                column: 0,
            };
        }
        Some(place)
    }

    /// The first character from a place on that passes the test, outside comments.
    fn until(&self, mut place: Place, test: impl Fn(char) -> bool) -> Option<Place> {
        loop {
            let c = *self.lines.get(place.line)?.get(place.column)?;
            if c == '\\' || c == '#' {
                place = self.valid(Place {
                    line: place.line + 1,
                    column: 0,
                })?;
            } else if test(c) {
                return Some(place);
            } else {
                place = self.valid(Place {
                    column: place.column + 1,
                    ..place
                })?;
            }
        }
    }
}

/// Whether marks would say more than the lines alone.
fn wants_marks(lines: &[String], start: usize, end: usize, anchors: bool) -> bool {
    if let Ok(parsed) = parse(&lines.join("\n"), Mode::Exec) {
        let Mod::Module(module) = &parsed.tree else {
            return false;
        };
        let Some(statement) = module.body.first() else {
            return false;
        };
        let call = match statement {
            Stmt::Return(statement) => match statement.value.as_deref() {
                Some(value @ Expr::Call(call)) if call.func.is_name_expr() => Some(value),
                _ => None,
            },
            Stmt::Assign(statement) => match (statement.targets.as_slice(), &*statement.value) {
                ([Expr::Name(_)], value @ Expr::Call(_)) => Some(value),
                _ => None,
            },
            _ => None,
        };
        if call.is_some_and(|call| spans(lines, start, end, call)) {
            return false;
        }
    }
    if anchors {
        return true;
    }
    let before = take(&lines[0], 0, start);
    let after = take(&lines[lines.len() - 1], end, usize::MAX);
    before.chars().any(|c| !is_space(c)) || after.chars().any(|c| !is_space(c))
}

/// Whether an expression is just what the instruction covers.
fn spans(lines: &[String], start: usize, end: usize, value: &Expr) -> bool {
    let text = lines.join("\n");
    let (from, to) = (value.start().to_usize(), value.end().to_usize());
    let last_start = text.rfind('\n').map_or(0, |at| at + 1);
    let on_first = !text[..from.min(text.len())].contains('\n');
    on_first && to >= last_start && from == start && to - last_start == end
}

// ---- output

struct View<'a> {
    lines: &'a [String],
    start: usize,
    end: usize,
    anchors: Option<Anchors>,
    marked: bool,
    out: Vec<String>,
}

impl View<'_> {
    /// The lines that matter, and how many are left out between them.
    fn all(&mut self) {
        let count = self.lines.len();
        let mut shown = BTreeSet::from([0, count - 1]);
        if let Some(anchors) = &self.anchors {
            for line in [anchors.left.line, anchors.right.line] {
                shown.extend((line.saturating_sub(1)..=line + 1).filter(|line| *line < count));
            }
        }
        let mut previous = None;
        for line in shown {
            if let Some(previous) = previous {
                match line - previous {
                    2 => self.line(line - 1),
                    3.. => self
                        .out
                        .push(format!("...<{} lines>...", line - previous - 1)),
                    _ => {}
                }
            }
            self.line(line);
            previous = Some(line);
        }
    }

    fn line(&mut self, number: usize) {
        let line = &self.lines[number];
        self.out.push(line.clone());
        if !self.marked {
            return;
        }
        let spaces = line.chars().take_while(|c| is_space(*c)).count();
        let last = number == self.lines.len() - 1;
        let length = line.chars().count();
        let total = width(line, if last { self.end } else { length });
        let first_column = width(&self.lines[0], self.start);
        let marks: String = (0..total)
            .map(|column| {
                if column < spaces || (number == 0 && column < first_column) {
                    return ' ';
                }
                match &self.anchors {
                    None => '^',
                    Some(anchors) if self.within(anchors, number, column) => '^',
                    Some(_) => '~',
                }
            })
            .collect();
        self.out.push(marks);
    }

    /// Screen column of an anchor.
    fn column(&self, place: Place) -> usize {
        let own = if place.line == 0 { self.start } else { 0 };
        width(&self.lines[place.line], place.column + own)
    }

    fn within(&self, anchors: &Anchors, line: usize, column: usize) -> bool {
        let (left, right) = (anchors.left, anchors.right);
        let after = line > left.line || (line == left.line && column >= self.column(left));
        let before = line < right.line || (line == right.line && column < self.column(right));
        after && before
    }
}

#[cfg(test)]
mod tests {
    use super::{Segment, show};

    fn shown(lines: &[&str], start: usize, end: usize) -> Vec<String> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let text = show(&Segment {
            lines: &lines,
            start,
            end,
        });
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn operators_stand_out() {
        let expected = ["    return a + b * (a / b)", "                    ~~^~~"];
        assert_eq!(shown(&["    return a + b * (a / b)"], 20, 25), expected);
    }

    #[test]
    fn brackets_stand_out() {
        assert_eq!(shown(&["f(1, 0)"], 0, 7), ["    f(1, 0)", "    ~^^^^^^"]);
    }

    #[test]
    fn nothing_is_marked_when_all_of_the_line_is_meant() {
        assert_eq!(shown(&["    raise e"], 4, 11), ["    raise e"]);
    }

    #[test]
    fn operations_over_several_lines_show_the_lines_around_the_operator() {
        let lines = ["    return (a +", "            b", "            + 1)"];
        let expected = [
            "    return (a +",
            "            ~~^",
            "            b",
            "            ~",
        ];
        assert_eq!(shown(&lines[..2], 12, 13), expected);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let line = "x = \"日本語\"; y = {}; print(x, y[\"日本\" + \"x\"], \"ö\")";
        let start = line.find("y[").expect("it is there");
        let end = line.find("], ").expect("it is there") + 1;
        assert_eq!(
            shown(&[line], start, end)[1],
            "                                   ~^^^^^^^^^^^^^^"
        );
    }

    #[test]
    fn long_parts_are_cut() {
        let lines = ["g[f(1,", "  2,", "  3,", "  4,", "  5,", "  6)]"];
        let marked = shown(&lines, 2, 4);
        assert_eq!(marked[4], "    ...<2 lines>...");
    }
}
