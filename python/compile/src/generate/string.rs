//! f-strings and t-strings.

use super::{Generator, Want};
use crate::error::Result;
use crate::fold::wide;
use crate::ir::Reg;
use taipan_bytecode::{Const, Op};
use taipan_syntax::ast::{self, ConversionFlag, InterpolatedStringElement};
use taipan_syntax::literal::{self, StringValue};
use taipan_syntax::{Ranged, TextRange, TextSize};

/// A piece of an f-string.
enum Piece<'a> {
    Text(StringValue),
    Field(&'a ast::InterpolatedElement),
}

impl<'a> Generator<'a> {
    pub(crate) fn f_string(&mut self, string: &'a ast::ExprFString, want: Want) -> Result<Reg> {
        let mut pieces = Vec::new();
        for part in &string.value {
            match part {
                ast::FStringPart::Literal(literal) => {
                    add_text(&mut pieces, literal::string(self.source, literal));
                }
                ast::FStringPart::FString(part) => {
                    let raw = part.flags.prefix().is_raw();
                    self.collect(&part.elements, raw, &mut pieces);
                }
            }
        }
        self.join(pieces, want)
    }

    fn collect(
        &self,
        elements: &'a [InterpolatedStringElement],
        raw: bool,
        pieces: &mut Vec<Piece<'a>>,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => {
                    add_text(
                        pieces,
                        literal::piece(self.source, text.range(), &text.value, raw),
                    );
                }
                InterpolatedStringElement::Interpolation(field) => {
                    if let Some(text) = debug_text(field) {
                        add_text(pieces, StringValue::Text(text));
                    }
                    pieces.push(Piece::Field(field));
                }
            }
        }
    }

    fn join(&mut self, pieces: Vec<Piece<'a>>, want: Want) -> Result<Reg> {
        let base = self.u.top;
        if pieces.is_empty() {
            return self.constant(Const::Str(String::new()), want);
        }
        let count = pieces.len();
        if count == 1 {
            return match pieces.into_iter().next().expect("one") {
                Piece::Text(text) => self.constant(wide(text), want),
                Piece::Field(field) => self.field(field, want),
            };
        }
        let Ok(count) = u16::try_from(count) else {
            return crate::error::too_large("too many parts in an f-string");
        };
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.constant(wide(text), Want::Push)?,
                Piece::Field(field) => self.field(field, Want::Push)?,
            };
        }
        self.put(Op::BuildString, 0, base, count, base, want)
    }

    fn field(&mut self, field: &'a ast::InterpolatedElement, want: Want) -> Result<Reg> {
        let before = std::mem::replace(&mut self.u.range, field.range());
        let base = self.u.top;
        let value = self.operand(&field.expression)?;
        let mut d = conversion(field);
        let mut spec = value;
        if let Some(format) = &field.format_spec {
            let mut pieces = Vec::new();
            self.collect(&format.elements, false, &mut pieces);
            self.u.range = format.range();
            spec = self.deeper(|generator| generator.join(pieces, Want::Push))?;
            d |= 4;
        }
        self.u.range = field.range();
        let result = self.put(Op::FormatValue, d, value, spec, base, want);
        self.u.range = before;
        result
    }

    pub(crate) fn t_string(&mut self, string: &'a ast::ExprTString, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let mut strings = vec![StringValue::Text(String::new())];
        let mut fields = Vec::new();
        for part in string.value.as_slice() {
            let raw = part.flags.prefix().is_raw();
            for element in &part.elements {
                match element {
                    InterpolatedStringElement::Literal(text) => {
                        let text = literal::piece(self.source, text.range(), &text.value, raw);
                        strings.last_mut().expect("never empty").push(text);
                    }
                    InterpolatedStringElement::Interpolation(field) => {
                        if let Some(text) = debug_text(field) {
                            let text = StringValue::Text(text);
                            strings.last_mut().expect("never empty").push(text);
                        }
                        strings.push(StringValue::Text(String::new()));
                        fields.push(field);
                    }
                }
            }
        }
        let strings = strings.into_iter().map(wide).collect();
        self.constant(Const::Tuple(strings), Want::Push)?;
        let start = self.u.top;
        let Ok(count) = u16::try_from(fields.len()) else {
            return crate::error::too_large("too many parts in a t-string");
        };
        for field in fields {
            self.interpolation(field)?;
        }
        self.put(Op::BuildTuple, 0, start, count, start, Want::Push)?;
        self.put(Op::BuildTemplate, 0, base, 0, base, want)
    }

    fn interpolation(&mut self, field: &'a ast::InterpolatedElement) -> Result<()> {
        let base = self.u.top;
        self.push(&field.expression)?;
        let text = self.expression_text(field);
        self.constant(Const::Str(text), Want::Push)?;
        match &field.format_spec {
            Some(format) => {
                let mut pieces = Vec::new();
                self.collect(&format.elements, false, &mut pieces);
                self.deeper(|generator| generator.join(pieces, Want::Push))?;
            }
            None => {
                self.constant(Const::Str(String::new()), Want::Push)?;
            }
        }
        let mut d = conversion(field);
        if field.debug_text.is_some() && field.format_spec.is_none() && d == 0 {
            d = 2;
        }
        self.put(Op::BuildInterpolation, d & 3, base, 0, base, Want::Push)?;
        Ok(())
    }

    /// The source between the brace and what follows the expression.
    fn expression_text(&self, field: &ast::InterpolatedElement) -> String {
        let start = field.range().start() + TextSize::new(1);
        let bytes = self.source.as_bytes();
        let mut end = field.expression.end().to_usize();
        // Closing parentheses around the expression belong to it.
        let limit = field.range().end().to_usize();
        let mut at = end;
        while at < limit {
            match bytes[at] {
                b')' => {
                    at += 1;
                    end = at;
                }
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                _ => break,
            }
        }
        let range = TextRange::new(start, TextSize::new(end as u32).max(start));
        self.source[range].trim().to_owned()
    }
}

fn conversion(field: &ast::InterpolatedElement) -> u8 {
    match field.conversion {
        ConversionFlag::Str => 1,
        ConversionFlag::Repr => 2,
        ConversionFlag::Ascii => 3,
        // `f"{x=}"` shows the representation.
        ConversionFlag::None if field.debug_text.is_some() && field.format_spec.is_none() => 2,
        ConversionFlag::None => 0,
    }
}

fn debug_text(field: &ast::InterpolatedElement) -> Option<String> {
    let text = field.debug_text.as_ref()?;
    Some(format!(
        "{}{}{}",
        text.leading(),
        text.expression(),
        text.trailing()
    ))
}

fn add_text<'a>(pieces: &mut Vec<Piece<'a>>, text: StringValue) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(Piece::Text(last)) => last.push(text),
        _ => pieces.push(Piece::Text(text)),
    }
}
