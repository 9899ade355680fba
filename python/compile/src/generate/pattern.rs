//! The `match` statement.
//!
//! While a pattern is tried, temporaries are only added, so values to be captured stay where they are; names are bound when the
//! whole pattern has matched.

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::{Label, Reg};
use crate::names::NameId;
use taipan_bytecode::{Const, Op};
use taipan_syntax::Ranged;
use taipan_syntax::ast::{self, Pattern, Singleton};

/// Names to bind and where their values are.
type Captures = Vec<(NameId, Reg)>;

impl<'a> Generator<'a> {
    pub(crate) fn match_stmt(&mut self, stmt: &'a ast::StmtMatch) -> Result<()> {
        let base = self.u.top;
        let end = self.u.label();
        self.push(&stmt.subject)?;
        let count = stmt.cases.len();
        for (at, case) in stmt.cases.iter().enumerate() {
            let next = self.u.label();
            let last = at + 1 == count;
            if case.guard.is_none() && !last {
                self.check_reachable(&case.pattern)?;
            }
            let mut captures = Vec::new();
            self.pattern(&case.pattern, base, next, &mut captures)?;
            self.u.range = case.pattern.range();
            for (name, reg) in captures {
                self.store_name(name, reg)?;
            }
            self.u.top = base + 1;
            if let Some(guard) = &case.guard {
                self.jump_if(guard, false, next)?;
            }
            self.u.top = base;
            self.conditional_body(&case.body)?;
            self.u.jump(end);
            self.u.set_top(base + 1)?;
            self.u.place(next);
        }
        self.u.top = base;
        self.u.place(end);
        Ok(())
    }

    /// A pattern that always matches hides all that follow.
    fn check_reachable(&mut self, pattern: &Pattern) -> Result<()> {
        match irrefutable(pattern) {
            Some(Some(name)) => self.error(
                format!("name capture '{name}' makes remaining patterns unreachable"),
                pattern.range(),
            ),
            Some(None) => self.error(
                "wildcard makes remaining patterns unreachable",
                pattern.range(),
            ),
            None => Ok(()),
        }
    }

    fn pattern(
        &mut self,
        pattern: &'a Pattern,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Result<()> {
        self.deeper(|generator| {
            generator.u.range = pattern.range();
            generator.pattern_inner(pattern, subject, fail, captures)
        })
    }

    fn pattern_inner(
        &mut self,
        pattern: &'a Pattern,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Result<()> {
        match pattern {
            Pattern::MatchValue(pattern) => {
                if pattern.value.is_f_string_expr() || pattern.value.is_t_string_expr() {
                    return self.error(
                        "patterns may only match literals and attribute lookups",
                        pattern.range(),
                    );
                }
                let base = self.u.top;
                let value = self.operand(&pattern.value)?;
                self.u.emit_jump(Op::JumpEq, 0, subject, value, fail);
                self.u.top = base;
                Ok(())
            }
            Pattern::MatchSingleton(pattern) => {
                let value = match pattern.value {
                    Singleton::None => {
                        self.u.emit_jump(Op::JumpIfNotNone, 0, subject, 0, fail);
                        return Ok(());
                    }
                    Singleton::True => Const::Bool(true),
                    Singleton::False => Const::Bool(false),
                };
                let value = self.constant(value, Want::Push)?;
                self.u.emit_jump(Op::JumpIs, 0, subject, value, fail);
                self.u.top = value;
                Ok(())
            }
            Pattern::MatchSequence(pattern) => {
                self.sequence_pattern(pattern, subject, fail, captures)
            }
            Pattern::MatchMapping(pattern) => {
                self.mapping_pattern(pattern, subject, fail, captures)
            }
            Pattern::MatchClass(pattern) => self.class_pattern(pattern, subject, fail, captures),
            Pattern::MatchStar(pattern) => self.capture(pattern.name.as_ref(), subject, captures),
            Pattern::MatchAs(pattern) => {
                if let Some(inner) = &pattern.pattern {
                    self.pattern(inner, subject, fail, captures)?;
                }
                self.capture(pattern.name.as_ref(), subject, captures)
            }
            Pattern::MatchOr(pattern) => self.or_pattern(pattern, subject, fail, captures),
        }
    }

    fn capture(
        &mut self,
        name: Option<&ast::Identifier>,
        subject: Reg,
        captures: &mut Captures,
    ) -> Result<()> {
        let Some(name) = name else { return Ok(()) };
        let id = self.mangle(name);
        if captures.iter().any(|capture| capture.0 == id) {
            return self.error(
                format!("multiple assignments to name '{name}' in pattern"),
                name.range(),
            );
        }
        captures.push((id, subject));
        Ok(())
    }

    /// Goes to `fail` unless the length of `subject` is `count`, or at least that; the length stays in a new temporary.
    fn check_length(
        &mut self,
        subject: Reg,
        count: usize,
        least: bool,
        fail: Label,
    ) -> Result<Reg> {
        let base = self.u.top;
        let length = self.put(Op::GetLen, 0, subject, 0, base, Want::Push)?;
        let wanted = self.constant(Const::Int(count as i64), Want::Push)?;
        let op = if least { Op::JumpGe } else { Op::JumpEq };
        self.u.emit_jump(op, 0, length, wanted, fail);
        self.u.top = wanted;
        Ok(length)
    }

    fn test(&mut self, op: Op, subject: Reg, fail: Label) -> Result<()> {
        let base = self.u.top;
        let result = self.put(op, 0, subject, 0, base, Want::Push)?;
        self.u.emit_jump(Op::JumpIfFalse, 0, result, 0, fail);
        self.u.top = base;
        Ok(())
    }

    fn sequence_pattern(
        &mut self,
        pattern: &'a ast::PatternMatchSequence,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Result<()> {
        let items = &pattern.patterns;
        let mut stars = items.iter().enumerate().filter(|(_, p)| p.is_match_star());
        let star = stars.next().map(|(at, _)| at);
        if stars.next().is_some() {
            return self.error(
                "multiple starred names in sequence pattern",
                pattern.range(),
            );
        }
        self.test(Op::MatchSequence, subject, fail)?;
        let count = items.len();
        let Some(star) = star else {
            let length = self.check_length(subject, count, false, fail)?;
            self.u.top = length;
            if items.iter().all(is_wildcard) {
                return Ok(());
            }
            let Ok(total) = u16::try_from(count) else {
                return crate::error::too_large("too many patterns");
            };
            let base = self.u.top;
            self.u.emit(Op::UnpackSequence, base, subject, total);
            self.u.set_top(base.saturating_add(total))?;
            for (at, item) in items.iter().enumerate() {
                self.pattern(item, base + at as u16, fail, captures)?;
            }
            return Ok(());
        };
        let named = matches!(&items[star], Pattern::MatchStar(star) if star.name.is_some());
        let length = match count {
            1 => self.u.top,
            _ => self.check_length(subject, count - 1, true, fail)?,
        };
        if named {
            self.u.top = length;
            let (Ok(before), Ok(after)) = (u8::try_from(star), u16::try_from(count - star - 1))
            else {
                return self.error(
                    "too many expressions in star-unpacking sequence pattern",
                    pattern.range(),
                );
            };
            let base = self.u.top;
            self.u.emit_d(Op::UnpackEx, before, base, subject, after);
            self.u
                .set_top(base.saturating_add(u16::from(before) + 1 + after))?;
            for (at, item) in items.iter().enumerate() {
                self.pattern(item, base + at as u16, fail, captures)?;
            }
            return Ok(());
        }
        // Only the items that are looked at are fetched.
        for (at, item) in items.iter().enumerate() {
            if at == star || is_wildcard(item) {
                continue;
            }
            let base = self.u.top;
            self.u.range = item.range();
            let value = if at < star && i16::try_from(at).is_ok() {
                self.put(Op::GetItemInt, 0, subject, at as u16, base, Want::Push)?
            } else {
                let back = self.constant(Const::Int((count - at) as i64), Want::Push)?;
                let index = self.put(Op::Sub, 0, length, back, back, Want::Push)?;
                self.put(Op::GetItem, 0, subject, index, base, Want::Push)?
            };
            self.pattern(item, value, fail, captures)?;
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        pattern: &'a ast::PatternMatchMapping,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Result<()> {
        self.test(Op::MatchMapping, subject, fail)?;
        let count = pattern.keys.len();
        if count == 0 && pattern.rest.is_none() {
            return Ok(());
        }
        if count > 0 {
            let length = self.check_length(subject, count, true, fail)?;
            self.u.top = length;
        }
        let Ok(total) = u16::try_from(count) else {
            return crate::error::too_large("too many patterns");
        };
        let mut seen = Vec::new();
        let keys = self.u.top;
        for key in &pattern.keys {
            if let Some(value) = self.fold(key) {
                if seen.contains(&value) {
                    let text = match &value {
                        Const::Str(text) => format!("{text:?}").replace('"', "'"),
                        _ => self.source[key.range()].to_owned(),
                    };
                    return self.error(
                        format!("mapping pattern checks duplicate key ({text})"),
                        pattern.range(),
                    );
                }
                seen.push(value);
            }
            self.push(key)?;
        }
        self.u.range = pattern.range();
        self.put(Op::BuildTuple, 0, keys, total, keys, Want::Push)?;
        let found = self.u.top;
        self.put(Op::MatchKeys, 0, subject, keys, found, Want::Push)?;
        self.u.emit_jump(Op::JumpIfNone, 0, found, 0, fail);
        let values = self.u.top;
        self.u.emit(Op::UnpackSequence, values, found, total);
        self.u.set_top(values.saturating_add(total))?;
        for (at, item) in pattern.patterns.iter().enumerate() {
            self.pattern(item, values + at as u16, fail, captures)?;
        }
        if let Some(rest) = &pattern.rest {
            self.u.range = pattern.range();
            let dict = self.u.top;
            self.u.emit(Op::BuildMap, dict, dict, 0);
            self.u.set_top(dict + 1)?;
            self.u.emit(Op::DictUpdate, dict, subject, 0);
            let run = self.u.top;
            self.u.emit(Op::UnpackSequence, run, keys, total);
            self.u.set_top(run.saturating_add(total))?;
            for at in 0..total {
                self.u.emit(Op::DelItem, dict, run + at, 0);
            }
            self.u.top = dict + 1;
            self.capture(Some(rest), dict, captures)?;
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        pattern: &'a ast::PatternMatchClass,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Result<()> {
        let arguments = &pattern.arguments;
        let positional = arguments.patterns.len();
        let keywords = &arguments.keywords;
        for (at, keyword) in keywords.iter().enumerate() {
            if keywords[..at]
                .iter()
                .any(|other| other.attr.id == keyword.attr.id)
            {
                return self.error(
                    format!("attribute name repeated in class pattern: {}", keyword.attr),
                    keyword.pattern.range(),
                );
            }
        }
        let total = positional + keywords.len();
        let (Ok(positional), Ok(total)) = (u8::try_from(positional), u16::try_from(total)) else {
            return self.error("too many sub-patterns in class pattern", pattern.range());
        };
        let base = self.u.top;
        self.put(Op::Move, 0, subject, 0, base, Want::Push)?;
        self.push(&pattern.cls)?;
        let mut names = Vec::new();
        for keyword in keywords {
            let name = self.mangle(&keyword.attr);
            names.push(Const::Str(self.names.text(name).to_owned()));
        }
        self.u.range = pattern.range();
        let names = self.constant(Const::Tuple(names), Want::Push)?;
        let found = self.put(Op::MatchClass, positional, base, names, base, Want::Push)?;
        self.u.emit_jump(Op::JumpIfNone, 0, found, 0, fail);
        let values = self.u.top;
        self.u.emit(Op::UnpackSequence, values, found, total);
        self.u.set_top(values.saturating_add(total))?;
        let items = arguments
            .patterns
            .iter()
            .chain(keywords.iter().map(|keyword| &keyword.pattern));
        for (at, item) in items.enumerate() {
            if !is_wildcard(item) {
                self.pattern(item, values + at as u16, fail, captures)?;
            }
        }
        Ok(())
    }

    fn or_pattern(
        &mut self,
        pattern: &'a ast::PatternMatchOr,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Result<()> {
        let mut names = Vec::new();
        bound_names(&pattern.patterns[0], &mut names);
        let mut ids: Vec<NameId> = Vec::new();
        for name in &names {
            let id = self.mangle(name);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let slots = self.u.top;
        for _ in &ids {
            self.constant(Const::None, Want::Push)?;
        }
        let matched = self.u.label();
        let top = self.u.top;
        let last = pattern.patterns.len() - 1;
        for (at, alternative) in pattern.patterns.iter().enumerate() {
            self.u.set_top(top)?;
            if at < last {
                self.check_reachable(alternative)?;
            }
            let next = if at == last { fail } else { self.u.label() };
            let mut inner = Vec::new();
            self.pattern(alternative, subject, next, &mut inner)?;
            let same = inner.len() == ids.len() && inner.iter().all(|(name, _)| ids.contains(name));
            if !same {
                return self.error("alternative patterns bind different names", pattern.range());
            }
            self.u.range = alternative.range();
            for (name, reg) in inner {
                let slot = ids
                    .iter()
                    .position(|&id| id == name)
                    .expect("the same names");
                self.u.emit(Op::Move, slots + slot as u16, reg, 0);
            }
            if at < last {
                self.u.jump(matched);
                self.u.set_top(top)?;
                self.u.place(next);
            }
        }
        self.u.set_top(top)?;
        self.u.place(matched);
        for (at, name) in ids.into_iter().enumerate() {
            if captures.iter().any(|capture| capture.0 == name) {
                let text = self.names.text(name).to_owned();
                return self.error(
                    format!("multiple assignments to name '{text}' in pattern"),
                    pattern.range(),
                );
            }
            captures.push((name, slots + at as u16));
        }
        Ok(())
    }
}

/// `_`.
fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(
        pattern,
        Pattern::MatchAs(ast::PatternMatchAs {
            pattern: None,
            name: None,
            ..
        })
    )
}

/// Always matches: Some(the name it captures).
fn irrefutable(pattern: &Pattern) -> Option<Option<&str>> {
    match pattern {
        Pattern::MatchAs(ast::PatternMatchAs { pattern, name, .. }) => match pattern {
            None => Some(name.as_ref().map(|name| name.as_str())),
            Some(inner) => irrefutable(inner),
        },
        Pattern::MatchOr(or) => or.patterns.last().and_then(irrefutable),
        _ => None,
    }
}

fn bound_names<'p>(pattern: &'p Pattern, names: &mut Vec<&'p str>) {
    match pattern {
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        Pattern::MatchSequence(pattern) => {
            pattern.patterns.iter().for_each(|p| bound_names(p, names));
        }
        Pattern::MatchMapping(pattern) => {
            pattern.patterns.iter().for_each(|p| bound_names(p, names));
            names.extend(pattern.rest.as_ref().map(|name| name.as_str()));
        }
        Pattern::MatchClass(pattern) => {
            let arguments = &pattern.arguments;
            arguments
                .patterns
                .iter()
                .for_each(|p| bound_names(p, names));
            for keyword in &arguments.keywords {
                bound_names(&keyword.pattern, names);
            }
        }
        Pattern::MatchStar(pattern) => names.extend(pattern.name.as_ref().map(|n| n.as_str())),
        Pattern::MatchAs(pattern) => {
            if let Some(inner) = &pattern.pattern {
                bound_names(inner, names);
            }
            names.extend(pattern.name.as_ref().map(|name| name.as_str()));
        }
        Pattern::MatchOr(pattern) => {
            if let Some(first) = pattern.patterns.first() {
                bound_names(first, names);
            }
        }
    }
}
