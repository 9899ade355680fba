//! The text form, parsed: see `print.rs` for the grammar.
//!
//! Names are free: `x = int_add(y, 1)` defines `x`; the printer's own names are just one choice. Snapshots and exits may stand anywhere and
//! may name values defined below them. `//` starts a comment.

use crate::descriptor::{Access, Barrier, Call, Effects, Field, NewObject};
use crate::eval::eval;
use crate::id::{Const, Id, Ty};
use crate::op::{DescriptorKind, Effect, Op};
use crate::snapshot::{Exit, ExitValue, Snapshot, SnapshotFrame, SnapshotId, VirtualObject};
use crate::trace::{Compiled, CompiledEnd, End, Inst, Label, Trace};
use std::collections::HashMap;
use std::fmt;

/// Why a text is not a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// The recorded trace of a text.
///
/// # Errors
/// When the text does not follow the grammar.
pub fn parse_trace(text: &str) -> Result<Trace, ParseError> {
    let parser = parse(text, 's')?;
    Ok(Trace {
        end: parser.end.unwrap_or(End::Exit(SnapshotId::NONE)),
        snapshots: parser.snapshots,
        ..parser.trace
    })
}

/// The compiled trace of a text.
///
/// # Errors
/// When the text does not follow the grammar.
pub fn parse_compiled(text: &str) -> Result<Compiled, ParseError> {
    let parser = parse(text, 'e')?;
    Ok(Compiled {
        trace: parser.trace,
        labels: parser.labels,
        exits: parser.exits,
        end: parser
            .compiled_end
            .unwrap_or(CompiledEnd::Exit(SnapshotId::NONE)),
    })
}

#[derive(Default)]
struct Parser<'a> {
    trace: Trace,
    names: HashMap<&'a str, Id>,
    consts: HashMap<Const, Id>,
    snapshots: Vec<Snapshot>,
    exits: Vec<Exit>,
    labels: Vec<Label>,
    end: Option<End>,
    compiled_end: Option<CompiledEnd>,
    state: char,
}

type Result2<T> = Result<T, String>;

struct Line<'a> {
    words: Vec<&'a str>,
    at: usize,
}

fn split(line: &str) -> Vec<&str> {
    let line = line.split("//").next().unwrap_or("");
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in line.char_indices() {
        let punctuation = "(){}[],=;:".contains(c);
        if punctuation || c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(&line[start..at]);
            }
            if punctuation {
                words.push(&line[at..at + 1]);
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        words.push(&line[start..]);
    }
    words
}

impl<'a> Line<'a> {
    fn peek(&self) -> &'a str {
        self.words.get(self.at).copied().unwrap_or("")
    }

    fn word(&mut self) -> Result2<&'a str> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word.ok_or_else(|| "the line ends too early".to_owned())
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.peek() == text;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, text: &str) -> Result2<()> {
        let word = self.word()?;
        if word == text {
            Ok(())
        } else {
            Err(format!("`{text}` expected, not `{word}`"))
        }
    }

    fn number<T: TryFrom<i128>>(&mut self) -> Result2<T> {
        number(self.word()?)
    }

    /// A word of a letter and a number, such as `f3`.
    fn numbered<T: TryFrom<i128>>(&mut self, letter: char) -> Result2<T> {
        let word = self.word()?;
        match word.strip_prefix(letter) {
            Some(rest) => number(rest),
            None => Err(format!("`{letter}` and a number expected, not `{word}`")),
        }
    }

    fn done(&self) -> Result2<()> {
        match self.words.get(self.at) {
            None => Ok(()),
            Some(word) => Err(format!("`{word}` is too much")),
        }
    }
}

fn number<T: TryFrom<i128>>(word: &str) -> Result2<T> {
    let digits = word.strip_prefix('+').unwrap_or(word);
    let value = match digits.strip_prefix("0x") {
        Some(hex) => i128::from_str_radix(hex, 16),
        None => digits.parse::<i128>(),
    };
    value
        .ok()
        .and_then(|value| T::try_from(value).ok())
        .ok_or_else(|| format!("number expected, not `{word}`"))
}

fn ty(word: &str) -> Result2<Ty> {
    [Ty::Void, Ty::Bool, Ty::Int, Ty::Float, Ty::Val, Ty::Ref]
        .into_iter()
        .find(|ty| crate::print::ty_text(*ty) == word)
        .ok_or_else(|| format!("type expected, not `{word}`"))
}

fn float(line: &mut Line<'_>) -> Result2<u64> {
    let word = line.word()?;
    if word == "float" {
        line.expect("(")?;
        let bits = line.number()?;
        line.expect(")")?;
        return Ok(bits);
    }
    word.parse::<f64>()
        .map(f64::to_bits)
        .map_err(|_| format!("float expected, not `{word}`"))
}

fn access(word: &str) -> Result2<Access> {
    Ok(match word {
        "u8" => Access::U8,
        "i8" => Access::I8,
        "u16" => Access::U16,
        "i16" => Access::I16,
        "u32" => Access::U32,
        "i32" => Access::I32,
        "i64" => Access::I64,
        "f64" => Access::F64,
        "val" => Access::Val,
        "ref" => Access::Ref,
        _ => return Err(format!("access expected, not `{word}`")),
    })
}

fn parse(text: &str, state: char) -> Result<Parser<'_>, ParseError> {
    let mut parser = Parser {
        state,
        ..Parser::default()
    };
    // Two walks: first the instructions, then what may name values defined below it.
    for instructions in [true, false] {
        for (number, text) in text.lines().enumerate() {
            let mut line = Line {
                words: split(text),
                at: 0,
            };
            if line.words.is_empty() {
                continue;
            }
            let done = match (line.peek(), instructions) {
                ("snapshot" | "exit" | "end", false) => parser.state_line(&mut line),
                ("snapshot" | "exit" | "end", true) | (_, false) => continue,
                (_, true) => parser.line(&mut line),
            };
            done.and_then(|()| line.done())
                .map_err(|message| ParseError {
                    line: number + 1,
                    message,
                })?;
        }
    }
    Ok(parser)
}

impl<'a> Parser<'a> {
    fn constant(&mut self, constant: Const) -> Id {
        *self.consts.entry(constant).or_insert_with(|| {
            self.trace.consts.push(constant);
            Id::constant(self.trace.consts.len() - 1)
        })
    }

    fn value(&mut self, line: &mut Line<'a>) -> Result2<Id> {
        let word = line.peek();
        if let ("val" | "ref" | "int" | "flt" | "float", Some(&"(")) =
            (word, line.words.get(line.at + 1))
        {
            if word == "float" {
                let bits = float(line)?;
                return Ok(self.constant(Const {
                    ty: Ty::Float,
                    bits,
                }));
            }
            line.at += 2;
            let (ty, bits) = match word {
                "val" => (Ty::Val, line.number()?),
                "ref" => (Ty::Ref, line.number()?),
                "int" => {
                    let int: i64 = line.number()?;
                    let bits = eval(Op::BoxInt, int.cast_unsigned(), 0)
                        .ok_or_else(|| format!("{int} does not fit an inline value"))?;
                    (Ty::Val, bits)
                }
                _ => {
                    let bits = eval(Op::BoxFloat, float(line)?, 0).ok_or("a NaN is not inline")?;
                    (Ty::Val, bits)
                }
            };
            line.expect(")")?;
            return Ok(self.constant(Const { ty, bits }));
        }
        if let Some(id) = self.names.get(word) {
            line.at += 1;
            return Ok(*id);
        }
        line.at += 1;
        let (ty, bits) = match word {
            "true" => (Ty::Bool, 1),
            "false" => (Ty::Bool, 0),
            "none" => return Ok(Id::NONE),
            _ => {
                if let Ok(int) = number::<i64>(word) {
                    (Ty::Int, int.cast_unsigned())
                } else if let Ok(float) = word.parse::<f64>() {
                    (Ty::Float, float.to_bits())
                } else {
                    return Err(format!("value expected, not `{word}`"));
                }
            }
        };
        Ok(self.constant(Const { ty, bits }))
    }

    fn values(&mut self, line: &mut Line<'a>) -> Result2<Vec<Id>> {
        let mut values = Vec::new();
        line.expect("(")?;
        while !line.eat(")") {
            if !values.is_empty() {
                line.expect(",")?;
            }
            values.push(self.value(line)?);
        }
        Ok(values)
    }

    fn line(&mut self, line: &mut Line<'a>) -> Result2<()> {
        match line.peek() {
            "field" => self.field(line),
            "call" => self.call(line),
            "new" if line.words.get(2) == Some(&"=") => {
                line.at = 3;
                line.expect("layout")?;
                let layout = line.number()?;
                line.expect("size")?;
                let size_bytes = line.number()?;
                self.trace.news.push(NewObject { layout, size_bytes });
                Ok(())
            }
            "inputs" => {
                line.at = 1;
                while line.at < line.words.len() {
                    let slot = line.number()?;
                    self.trace.inputs.push(slot);
                }
                Ok(())
            }
            "label" => {
                line.at = 2;
                line.expect("phis")?;
                let phis = line.number()?;
                let entry = self.values(line)?;
                let at = u32::try_from(self.trace.insts.len()).map_err(|_| "too long")?;
                self.labels.push(Label { at, phis, entry });
                Ok(())
            }
            _ => self.inst(line),
        }
    }

    fn field(&mut self, line: &mut Line<'a>) -> Result2<()> {
        line.at = 3;
        let offset = line.number()?;
        let access = access(line.word()?)?;
        line.expect("alias")?;
        let alias = line.number()?;
        let immutable = match line.word()? {
            "mutable" => false,
            "immutable" => true,
            word => return Err(format!("`mutable` or `immutable` expected, not `{word}`")),
        };
        line.expect("barrier")?;
        let barrier = match line.word()? {
            "none" => Barrier::None,
            "object" => Barrier::Object,
            "slot" => {
                line.expect("(")?;
                let distance = line.number()?;
                line.expect(")")?;
                Barrier::Slot(distance)
            }
            word => return Err(format!("barrier expected, not `{word}`")),
        };
        self.trace.fields.push(Field {
            offset,
            access,
            alias,
            immutable,
            barrier,
        });
        Ok(())
    }

    fn call(&mut self, line: &mut Line<'a>) -> Result2<()> {
        line.at = 3;
        let name: &'static str = Box::leak(line.word()?.to_owned().into_boxed_str());
        let function = line.numbered('@')?;
        let mut params = Vec::new();
        line.expect("(")?;
        while !line.eat(")") {
            if !params.is_empty() {
                line.expect(",")?;
            }
            params.push(ty(line.word()?)?);
        }
        line.expect("->")?;
        let result = ty(line.word()?)?;
        let effects = match line.word()? {
            "pure" => Effects::Pure,
            "reads" => Effects::Reads,
            "any" => Effects::Any,
            "writes" => {
                line.expect("(")?;
                let alias = line.number()?;
                if line.eat(",") {
                    let other = line.number()?;
                    line.expect(")")?;
                    Effects::WritesBoth(alias, other)
                } else {
                    line.expect(")")?;
                    Effects::Writes(alias)
                }
            }
            word => return Err(format!("effects expected, not `{word}`")),
        };
        let can_raise = line.eat("raises");
        let can_collect = line.eat("collects");
        let sees_frames = line.eat("frames");
        self.trace.calls.push(Call {
            name,
            function,
            params,
            result,
            effects,
            can_raise,
            can_collect,
            sees_frames,
        });
        Ok(())
    }

    fn inst(&mut self, line: &mut Line<'a>) -> Result2<()> {
        let name = (line.words.get(1) == Some(&"=")).then_some(line.peek());
        if name.is_some() {
            line.at = 2;
        }
        let word = line.word()?;
        let op = Op::from_text(word).ok_or_else(|| format!("no op is called `{word}`"))?;
        let mut inst = Inst {
            op,
            args: [Id::NONE; 3],
            extra: 0,
            first_arg: 0,
            snapshot: SnapshotId::NONE,
        };
        if op.effect() == Effect::Input {
            line.expect("(")?;
            inst.extra = line.numbered('#')?;
            line.expect(")")?;
        } else {
            let values = self.values(line)?;
            inst.extra = match op.descriptor() {
                DescriptorKind::None => 0,
                DescriptorKind::Number => line.numbered::<i32>('#')?.cast_unsigned(),
                DescriptorKind::Field => line.numbered('f')?,
                DescriptorKind::Call => line.numbered('c')?,
                DescriptorKind::New => line.numbered('n')?,
            };
            if op.effect() == Effect::Call {
                let call = self.trace.calls.get(inst.extra as usize);
                if call.is_none_or(|call| call.params.len() != values.len()) {
                    return Err("no such call with so many operands".to_owned());
                }
                inst.first_arg =
                    u32::try_from(self.trace.call_args.len()).map_err(|_| "too long")?;
                self.trace.call_args.extend(values);
            } else {
                if values.len() != op.arity() {
                    return Err(format!("`{word}` takes {} operands", op.arity()));
                }
                inst.args[..values.len()].copy_from_slice(&values);
            }
        }
        if line.eat("[") {
            inst.snapshot = SnapshotId(line.numbered(self.state)?);
            line.expect("]")?;
        }
        if let Some(name) = name {
            let id = Id::inst(self.trace.insts.len());
            if self.names.insert(name, id).is_some() {
                return Err(format!("`{name}` is defined twice"));
            }
        }
        self.trace.insts.push(inst);
        Ok(())
    }

    fn frame(line: &mut Line<'a>) -> Result2<SnapshotFrame> {
        line.expect("at")?;
        let code = line.number()?;
        line.expect(":")?;
        let pc = line.number()?;
        let mut frame = SnapshotFrame {
            code,
            pc,
            base: 0,
            result: 0,
            kind: 0,
        };
        if line.eat("base") {
            frame.base = line.number()?;
        }
        if line.eat("result") {
            frame.result = line.number()?;
        }
        if line.eat("kind") {
            frame.kind = line.number()?;
        }
        Ok(frame)
    }

    fn exit_value(&mut self, line: &mut Line<'a>) -> Result2<ExitValue> {
        let word = line.peek();
        if matches!(word, "box_int" | "box_float" | "box_ref" | "virtual") {
            line.at += 1;
            line.expect("(")?;
            let value = match word {
                "box_int" => ExitValue::BoxInt(self.value(line)?),
                "box_float" => ExitValue::BoxFloat(self.value(line)?),
                "box_ref" => ExitValue::BoxRef(self.value(line)?),
                _ => ExitValue::Virtual(line.number()?),
            };
            line.expect(")")?;
            return Ok(value);
        }
        Ok(ExitValue::Plain(self.value(line)?))
    }

    fn state_line(&mut self, line: &mut Line<'a>) -> Result2<()> {
        match line.word()? {
            "snapshot" => {
                line.at = 3;
                let parent = if line.eat("parent") {
                    Some(SnapshotId(line.numbered('s')?))
                } else {
                    None
                };
                let decided = line.eat("decided");
                let frame = Parser::frame(line)?;
                let mut slots = Vec::new();
                line.expect("{")?;
                while !line.eat("}") {
                    if !slots.is_empty() {
                        line.expect(",")?;
                    }
                    let slot = line.number()?;
                    line.expect(":")?;
                    slots.push((slot, self.value(line)?));
                }
                self.snapshots.push(Snapshot {
                    parent,
                    decided,
                    frame,
                    slots,
                });
                Ok(())
            }
            "exit" => {
                line.at = 3;
                let exit = self.exit(line)?;
                self.exits.push(exit);
                Ok(())
            }
            _ => self.end(line),
        }
    }

    fn exit(&mut self, line: &mut Line<'a>) -> Result2<Exit> {
        let mut exit = Exit::default();
        while line.peek() == "at" {
            exit.frames.push(Parser::frame(line)?);
        }
        line.expect("{")?;
        while !line.eat("}") {
            if !exit.slots.is_empty() {
                line.expect(",")?;
            }
            let slot = line.number()?;
            line.expect(":")?;
            exit.slots.push((slot, self.exit_value(line)?));
        }
        if line.eat("with") {
            line.expect("{")?;
            while !line.eat("}") {
                if !exit.virtuals.is_empty() {
                    line.expect(",")?;
                }
                let new = line.numbered('n')?;
                let ty = self.value(line)?;
                let mut fields = Vec::new();
                line.expect("{")?;
                while !line.eat("}") {
                    if !fields.is_empty() {
                        line.expect(",")?;
                    }
                    let field = line.numbered('f')?;
                    line.expect(":")?;
                    fields.push((field, self.exit_value(line)?));
                }
                exit.virtuals.push(VirtualObject { new, ty, fields });
            }
        }
        Ok(exit)
    }

    fn end(&mut self, line: &mut Line<'a>) -> Result2<()> {
        let kind = line.word()?;
        if self.state == 's' {
            self.end = Some(match kind {
                "loop" => End::Loop(SnapshotId(line.numbered('s')?)),
                "link" => End::Link {
                    target: line.number()?,
                    snapshot: SnapshotId(line.numbered('s')?),
                },
                "exit" => End::Exit(SnapshotId(line.numbered('s')?)),
                "return" => End::Return(self.value(line)?),
                "yield" => End::Yield(self.value(line)?),
                _ => return Err(format!("no end is called `{kind}`")),
            });
            return Ok(());
        }
        self.compiled_end = Some(match kind {
            "jump" => CompiledEnd::Jump {
                label: line.numbered('l')?,
                args: self.values(line)?,
            },
            "link" => CompiledEnd::Link {
                target: line.number()?,
                label: line.numbered('l')?,
                args: self.values(line)?,
            },
            "enter" => CompiledEnd::Enter {
                target: line.number()?,
                exit: SnapshotId(line.numbered('e')?),
            },
            "exit" => CompiledEnd::Exit(SnapshotId(line.numbered('e')?)),
            "return" => CompiledEnd::Return(self.value(line)?),
            "yield" => CompiledEnd::Yield(self.value(line)?),
            _ => return Err(format!("no end is called `{kind}`")),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
