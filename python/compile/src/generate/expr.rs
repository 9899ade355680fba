//! Expressions.

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::Reg;
use crate::names::NameId;
use crate::symbols::ScopeKind;
use crate::unit::{Block, Var};
use taipan_bytecode::{CodeFlags, Const, Op};
use taipan_syntax::ast::{self, BoolOp, Expr, Operator, UnaryOp};
use taipan_syntax::{Ranged, TextRange, TextSize};

impl<'a> Generator<'a> {
    /// The value in any register.
    pub(crate) fn operand(&mut self, expr: &'a Expr) -> Result<Reg> {
        self.expr(expr, Want::Any)
    }

    /// The value in a new temporary.
    pub(crate) fn push(&mut self, expr: &'a Expr) -> Result<Reg> {
        self.expr(expr, Want::Push)
    }

    /// The value in any register that `later` expressions, evaluated before it is used, do not change.
    pub(crate) fn operand_before(&mut self, expr: &'a Expr, later: &[&'a Expr]) -> Result<Reg> {
        let scope = self.current_scope();
        if self.scopes[scope].has_walrus
            && matches!(expr, Expr::Name(_) | Expr::Named(_))
            && later.iter().any(|expr| assigns(expr))
        {
            return self.push(expr);
        }
        self.operand(expr)
    }

    pub(crate) fn expr(&mut self, expr: &'a Expr, want: Want) -> Result<Reg> {
        let before = self.u.range;
        self.u.range = expr.range();
        let result = match expr {
            Expr::Name(name) => self.load_named(name, want),
            Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => {
                let value = self.fold(expr).expect("a literal");
                self.constant(value, want)
            }
            _ => self.deeper(|generator| generator.expr_inner(expr, want)),
        };
        self.u.range = before;
        result
    }

    fn expr_inner(&mut self, expr: &'a Expr, want: Want) -> Result<Reg> {
        if matches!(
            expr,
            Expr::Tuple(_) | Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Subscript(_)
        ) && let Some(value) = self.fold(expr)
        {
            return self.constant(value, want);
        }
        match expr {
            Expr::BoolOp(expr) => self.bool_op(expr, want),
            Expr::Named(expr) => self.named(expr, want),
            Expr::BinOp(expr) => self.bin_op(expr, want),
            Expr::UnaryOp(expr) => self.unary_op(expr, want),
            Expr::Lambda(lambda) => self.lambda(lambda, want),
            Expr::If(expr) => self.if_expr(expr, want),
            Expr::Dict(dict) => self.dict(dict, want),
            Expr::Set(set) => self.sequence(Op::BuildSet, &set.elts, want),
            Expr::List(list) => self.sequence(Op::BuildList, &list.elts, want),
            Expr::Tuple(tuple) => self.sequence(Op::BuildTuple, &tuple.elts, want),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.comprehension(expr, want)
            }
            Expr::Await(expr) => self.await_expr(expr, want),
            Expr::Yield(expr) => self.yield_expr(expr, want),
            Expr::YieldFrom(expr) => self.yield_from(expr, want),
            Expr::Compare(expr) => self.compare(expr, want),
            Expr::Call(call) => self.call(call, want),
            Expr::FString(string) => self.f_string(string, want),
            Expr::TString(string) => self.t_string(string, want),
            Expr::Attribute(expr) => self.attribute(expr, want),
            Expr::Subscript(expr) => self.subscript(expr, want),
            Expr::Slice(slice) => self.slice(slice, want),
            Expr::Starred(expr) => self.error("can't use starred expression here", expr.range()),
            _ => self.error("invalid syntax", expr.range()),
        }
    }

    fn load_named(&mut self, name: &ast::ExprName, want: Want) -> Result<Reg> {
        let id = self.mangle(&name.id);
        if id == NameId::DEBUG {
            let value = Const::Bool(self.options.optimize == 0);
            return self.constant(value, want);
        }
        self.load(id, want)
    }

    pub(crate) fn var(&self, name: NameId) -> Var {
        self.u.var(&self.scopes, name)
    }

    /// Reads a variable.
    pub(crate) fn load(&mut self, name: NameId, want: Want) -> Result<Reg> {
        let base = self.u.top;
        match self.var(name) {
            Var::Fast { reg, sure } => {
                if !sure {
                    self.u.emit(Op::CheckBound, reg, 0, 0);
                }
                match want {
                    Want::Any => Ok(reg),
                    Want::Into(into) if into == reg => Ok(reg),
                    _ => self.put(Op::Move, 0, reg, 0, base, want),
                }
            }
            Var::Cell(reg) => self.put(Op::LoadCell, 0, reg, 0, base, want),
            Var::Name => {
                let name = self.name(name)?;
                self.put(Op::LoadName, 0, name, 0, base, want)
            }
            Var::Global => {
                let name = self.name(name)?;
                self.put(Op::LoadGlobal, 0, name, 0, base, want)
            }
            Var::ClassCell(reg) => {
                let name = self.name(name)?;
                self.put(Op::LoadClassCell, 0, reg, name, base, want)
            }
            Var::DictOrCell(reg) => {
                let dict = self.load(NameId::CLASSDICT, Want::Push)?;
                self.put(Op::LoadFromDictOrCell, 0, dict, reg, base, want)
            }
            Var::DictOrGlobal => {
                let name = self.name(name)?;
                let dict = self.load(NameId::CLASSDICT, Want::Push)?;
                self.put(Op::LoadFromDictOrGlobals, 0, dict, name, base, want)
            }
        }
    }

    fn bool_op(&mut self, expr: &'a ast::ExprBoolOp, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let end = self.u.label();
        let (op, decides) = match expr.op {
            BoolOp::And => (Op::JumpIfFalse, false),
            BoolOp::Or => (Op::JumpIfTrue, true),
        };
        let last = expr.values.len() - 1;
        for (at, value) in expr.values.iter().enumerate() {
            self.u.top = base;
            if at < last
                && let Some(truth) = self.constant_truth(value)
            {
                if truth == decides {
                    self.push(value)?;
                    self.u.jump(end);
                }
                continue;
            }
            self.push(value)?;
            if at < last {
                let range = std::mem::replace(&mut self.u.range, value.range());
                self.u.emit_jump(op, 0, base, 0, end);
                self.u.range = range;
            }
        }
        self.u.set_top(base + 1)?;
        self.u.place(end);
        self.deliver(base, want)
    }

    fn if_expr(&mut self, expr: &'a ast::ExprIf, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let want = match want {
            Want::Any => Want::Push,
            other => other,
        };
        let orelse = self.u.label();
        let end = self.u.label();
        self.jump_if(&expr.test, false, orelse)?;
        self.expr(&expr.body, want)?;
        self.u.jump(end);
        self.u.top = base;
        self.u.place(orelse);
        let result = self.expr(&expr.orelse, want)?;
        self.u.place(end);
        Ok(result)
    }

    fn named(&mut self, expr: &'a ast::ExprNamed, want: Want) -> Result<Reg> {
        let Expr::Name(target) = &*expr.target else {
            return self.error("invalid syntax", expr.range());
        };
        let base = self.u.top;
        let name = self.mangle(&target.id);
        if let Var::Fast { reg, .. } = self.var(name) {
            self.expr(&expr.value, Want::Into(reg))?;
            return match want {
                Want::Any => Ok(reg),
                _ => self.put(Op::Move, 0, reg, 0, base, want),
            };
        }
        let value = self.push(&expr.value)?;
        self.u.range = target.range();
        self.store_name(name, value)?;
        self.u.range = expr.range();
        self.deliver(value, want)
    }

    fn bin_op(&mut self, expr: &'a ast::ExprBinOp, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let left = self.operand_before(&expr.left, &[&expr.right])?;
        self.binary(expr.op, 0, left, &expr.right, base, want)
    }

    /// `left op right`, for `d` = 1 in place.
    pub(crate) fn binary(
        &mut self,
        op: Operator,
        d: u8,
        left: Reg,
        right: &'a Expr,
        base: Reg,
        want: Want,
    ) -> Result<Reg> {
        if let Some(int_op) = int_form(op)
            && let Some(value) = small_int(right)
        {
            return self.put(int_op, d, left, value.cast_unsigned(), base, want);
        }
        let right = self.operand(right)?;
        self.put(plain_form(op), d, left, right, base, want)
    }

    fn unary_op(&mut self, expr: &'a ast::ExprUnaryOp, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let operand = self.operand(&expr.operand)?;
        let op = match expr.op {
            UnaryOp::Invert => Op::Invert,
            UnaryOp::Not => Op::Not,
            UnaryOp::UAdd => Op::Pos,
            UnaryOp::USub => Op::Neg,
        };
        self.put(op, 0, operand, 0, base, want)
    }

    /// A list, set or tuple display.
    pub(crate) fn sequence(&mut self, op: Op, items: &'a [Expr], want: Want) -> Result<Reg> {
        let base = self.u.top;
        let star = items.iter().any(Expr::is_starred_expr);
        // Long displays are built in pieces, to keep the window small.
        if !star && items.len() <= 512 {
            if op != Op::BuildTuple
                && items.len() >= 3
                && let Some(values) = self.fold_all(items)
            {
                let (set, value) = match op {
                    Op::BuildSet => (Op::SetUpdate, Const::FrozenSet(values)),
                    _ => (Op::ListExtend, Const::Tuple(values)),
                };
                self.u.emit(op, base, base, 0);
                self.u.set_top(base + 1)?;
                let value = self.constant(value, Want::Push)?;
                self.u.emit(set, base, value, 0);
                self.u.top = base + 1;
                return self.deliver(base, want);
            }
            for item in items {
                self.push(item)?;
            }
            return self.put(op, 0, base, items.len() as u16, base, want);
        }
        let (build, append, extend) = match op {
            Op::BuildSet => (Op::BuildSet, Op::SetAdd, Op::SetUpdate),
            _ => (Op::BuildList, Op::ListAppend, Op::ListExtend),
        };
        if op == Op::BuildTuple
            && let [Expr::Starred(star)] = items
            && matches!(&*star.value, Expr::ListComp(_))
        {
            // Nobody else sees the list.
            let list = self.push(&star.value)?;
            return self.put(Op::ListToTuple, 0, list, 0, base, want);
        }
        self.u.emit(build, base, base, 0);
        self.u.set_top(base + 1)?;
        self.extend_with(items, base, append, extend)?;
        if op == Op::BuildTuple {
            return self.put(Op::ListToTuple, 0, base, 0, base, want);
        }
        self.deliver(base, want)
    }

    /// Adds all items to the list or set in `into`.
    pub(crate) fn extend_with(
        &mut self,
        items: &'a [Expr],
        into: Reg,
        append: Op,
        extend: Op,
    ) -> Result<()> {
        let top = self.u.top;
        for item in items {
            match item {
                Expr::Starred(star) => {
                    let value = self.operand(&star.value)?;
                    self.u.emit(extend, into, value, 0);
                }
                _ => {
                    let value = self.operand(item)?;
                    self.u.emit(append, into, value, 0);
                }
            }
            self.u.top = top;
        }
        Ok(())
    }

    pub(crate) fn fold_all(&mut self, items: &'a [Expr]) -> Option<Vec<Const>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.fold(item)?);
        }
        Some(values)
    }

    fn dict(&mut self, dict: &'a ast::ExprDict, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let plain = dict.items.iter().all(|item| item.key.is_some());
        if plain && dict.items.len() <= 64 {
            for item in &dict.items {
                self.push(item.key.as_ref().expect("no `**` here"))?;
                self.push(&item.value)?;
            }
            return self.put(Op::BuildMap, 0, base, dict.items.len() as u16, base, want);
        }
        self.u.emit(Op::BuildMap, base, base, 0);
        self.u.set_top(base + 1)?;
        for item in &dict.items {
            match &item.key {
                Some(key) => {
                    let key = self.operand_before(key, &[&item.value])?;
                    let value = self.operand(&item.value)?;
                    self.u.emit(Op::MapAdd, base, key, value);
                }
                None => {
                    let value = self.operand(&item.value)?;
                    self.u.emit(Op::DictUpdate, base, value, 0);
                }
            }
            self.u.top = base + 1;
        }
        self.deliver(base, want)
    }

    fn attribute(&mut self, expr: &'a ast::ExprAttribute, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let name = self.mangle(&expr.attr);
        if let Expr::Call(call) = &*expr.value
            && let Some(d) = self.super_call(call, &expr.attr)?
        {
            self.at_attribute(expr);
            let name = self.name(name)?;
            return self.put(Op::LoadSuperAttr, d, base + 1, name, base, want);
        }
        let object = self.operand(&expr.value)?;
        self.at_attribute(expr);
        let name = self.name(name)?;
        self.put(Op::LoadAttr, 0, object, name, base, want)
    }

    /// The position of an attribute of an expression over several lines is the line of its name.
    pub(crate) fn at_attribute(&mut self, expr: &ast::ExprAttribute) {
        self.u.range = self.attribute_range(expr.range(), expr);
    }

    pub(crate) fn attribute_range(&self, range: TextRange, expr: &ast::ExprAttribute) -> TextRange {
        let start = range.start().to_usize();
        let name = expr.attr.range();
        let between = &self.source.as_bytes()[start..name.start().to_usize()];
        if !between.contains(&b'\n') {
            return range;
        }
        TextRange::new(name.start(), range.end().max(name.end()))
    }

    pub(crate) fn subscript(&mut self, expr: &'a ast::ExprSubscript, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let object = self.operand_before(&expr.value, &[&expr.slice])?;
        if let Expr::Slice(slice) = &*expr.slice
            && slice.step.is_none()
        {
            let run = self.slice_bounds(slice)?;
            return self.put(Op::GetSlice, 0, object, run, base, want);
        }
        if let Some(at) = small_int(&expr.slice) {
            return self.put(Op::GetItemInt, 0, object, at.cast_unsigned(), base, want);
        }
        let index = self.operand(&expr.slice)?;
        self.put(Op::GetItem, 0, object, index, base, want)
    }

    /// Lower and upper bound in two new temporaries.
    pub(crate) fn slice_bounds(&mut self, slice: &'a ast::ExprSlice) -> Result<Reg> {
        let run = self.u.top;
        for bound in [&slice.lower, &slice.upper] {
            match bound {
                Some(bound) => self.push(bound)?,
                None => self.constant(Const::None, Want::Push)?,
            };
        }
        Ok(run)
    }

    pub(crate) fn slice(&mut self, slice: &'a ast::ExprSlice, want: Want) -> Result<Reg> {
        let base = self.slice_bounds(slice)?;
        match &slice.step {
            Some(step) => self.push(step)?,
            None => self.constant(Const::None, Want::Push)?,
        };
        self.put(Op::BuildSlice, 0, base, 0, base, want)
    }

    // ---- generators

    fn yield_expr(&mut self, expr: &'a ast::ExprYield, want: Want) -> Result<Reg> {
        self.needs_function("yield", expr.range())?;
        let base = self.u.top;
        let value = match &expr.value {
            Some(value) => self.operand(value)?,
            None => self.constant(Const::None, Want::Any)?,
        };
        self.note_suspension(false);
        self.put(Op::Yield, 0, value, 0, base, want)
    }

    /// The code suspends here. `handling`: while it handles an exception, even if no handler's body is open.
    fn note_suspension(&mut self, handling: bool) {
        let mut blocks = self.u.blocks.iter();
        if handling || blocks.any(|entered| matches!(entered.block, Block::Handler { .. })) {
            self.u.flags.insert(CodeFlags::SUSPENDS_HANDLING);
        }
    }

    fn needs_function(&mut self, what: &str, range: TextRange) -> Result<()> {
        if self.u.kind.is_function_like() {
            return Ok(());
        }
        self.error(format!("'{what}' outside function"), range)
    }

    fn yield_from(&mut self, expr: &'a ast::ExprYieldFrom, want: Want) -> Result<Reg> {
        self.needs_function("yield from", expr.range())?;
        if self.u.flags.contains(CodeFlags::COROUTINE)
            || self.u.flags.contains(CodeFlags::ASYNC_GENERATOR)
        {
            return self.error("'yield from' inside async function", expr.range());
        }
        let base = self.u.top;
        let value = self.operand(&expr.value)?;
        self.delegate(Op::GetYieldFromIter, 0, value, base, want)
    }

    fn await_expr(&mut self, expr: &'a ast::ExprAwait, want: Want) -> Result<Reg> {
        if !self.u.kind.is_function_like() {
            return self.error("'await' outside function", expr.range());
        }
        if !self.is_async() {
            return self.error("'await' outside async function", expr.range());
        }
        let base = self.u.top;
        let value = self.operand(&expr.value)?;
        self.delegate(Op::GetAwaitable, 0, value, base, want)
    }

    /// This code object may await.
    pub(crate) fn is_async(&self) -> bool {
        let scope = &self.scopes[self.u.scope];
        scope.is_async || matches!(scope.kind, ScopeKind::Comp(_))
    }

    /// `yield from` or `await` of `value` (a local or the temporary at `base`): drives its iterator to the end.
    pub(crate) fn delegate(
        &mut self,
        get: Op,
        d: u8,
        value: Reg,
        base: Reg,
        want: Want,
    ) -> Result<Reg> {
        let iterator = base + 1;
        self.u.set_top(base.max(self.u.top))?;
        if value != base {
            self.u.emit(Op::LoadNone, base, 0, 0);
        }
        self.u.set_top(base + 1)?;
        self.u.emit_d(get, d, iterator, value, 0);
        self.u.set_top(base + 2)?;
        if value == base {
            self.u.emit(Op::LoadNone, base, 0, 0);
        }
        let again = self.u.label();
        let done = self.u.label();
        self.u.place(again);
        self.u.emit_jump(Op::Send, 0, base, iterator, done);
        let awaiting = u8::from(get == Op::GetAwaitable);
        // Leaving an `async with` awaits what an exception may have led to.
        self.note_suspension(awaiting != 0 && d == 2);
        self.u
            .emit_d(Op::YieldDelegated, awaiting, base, iterator, 0);
        self.u.jump(again);
        self.u.place(done);
        self.u.top = base + 1;
        self.deliver(base, want)
    }

    /// Notes an assignment to an attribute of the first parameter.
    pub(crate) fn note_static_attribute(&mut self, target: &ast::ExprAttribute) {
        let Expr::Name(object) = &*target.value else {
            return;
        };
        if object.id.as_str() != "self" || !self.u.kind.is_function_like() {
            return;
        }
        let name = self.names.intern(&target.attr);
        if let Some(class) = self
            .outer
            .iter_mut()
            .rev()
            .find(|unit| unit.kind == ScopeKind::Class)
            && !class.static_attributes.contains(&name)
        {
            class.static_attributes.push(name);
        }
    }

    /// Range of one byte, for tokens like `def`.
    pub(crate) fn point(at: TextSize) -> TextRange {
        TextRange::new(at, at)
    }
}

/// An int literal, maybe negated, that fits 16 bits.
pub(crate) fn small_int(expr: &Expr) -> Option<i16> {
    match expr {
        Expr::NumberLiteral(ast::ExprNumberLiteral {
            value: ast::Number::Int(value),
            ..
        }) => value.as_i64().and_then(|value| i16::try_from(value).ok()),
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => match &*unary.operand {
            Expr::NumberLiteral(ast::ExprNumberLiteral {
                value: ast::Number::Int(value),
                ..
            }) => value.as_i64().and_then(|value| i16::try_from(-value).ok()),
            _ => None,
        },
        _ => None,
    }
}

fn int_form(op: Operator) -> Option<Op> {
    Some(match op {
        Operator::Add => Op::AddInt,
        Operator::Sub => Op::SubInt,
        Operator::Mult => Op::MulInt,
        Operator::FloorDiv => Op::FloorDivInt,
        Operator::Mod => Op::ModInt,
        Operator::BitAnd => Op::AndInt,
        Operator::LShift => Op::LShiftInt,
        Operator::RShift => Op::RShiftInt,
        _ => return None,
    })
}

fn plain_form(op: Operator) -> Op {
    match op {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::MatMul,
        Operator::Div => Op::TrueDiv,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::LShift,
        Operator::RShift => Op::RShift,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
        Operator::BitAnd => Op::And,
        Operator::FloorDiv => Op::FloorDiv,
    }
}

/// Contains an assignment expression outside of nested functions (too much is no harm).
pub(crate) fn assigns(expr: &Expr) -> bool {
    struct Finder(bool);
    impl<'a> ast::visitor::Visitor<'a> for Finder {
        fn visit_expr(&mut self, expr: &'a Expr) {
            match expr {
                Expr::Named(_) => self.0 = true,
                Expr::Lambda(_) => {}
                _ if self.0 => {}
                _ => stacker::maybe_grow(64 << 10, 1 << 20, || ast::visitor::walk_expr(self, expr)),
            }
        }
    }
    let mut finder = Finder(false);
    ast::visitor::Visitor::visit_expr(&mut finder, expr);
    finder.0
}
