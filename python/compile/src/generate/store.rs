//! Assignment targets, `del`, and statements that assign.

use super::expr::{assigns, small_int};
use super::{Generator, Want};
use crate::error::Result;
use crate::ir::Reg;
use crate::names::NameId;
use crate::unit::Var;
use taipan_bytecode::Op;
use taipan_syntax::Ranged;
use taipan_syntax::ast::{self, Expr};

impl<'a> Generator<'a> {
    pub(crate) fn assign(&mut self, stmt: &'a ast::StmtAssign) -> Result<()> {
        let base = self.u.top;
        if let [target] = &stmt.targets[..] {
            if let Some(reg) = self.fast_target(target) {
                self.expr(&stmt.value, Want::Into(reg))?;
                return Ok(());
            }
            if let (Some(targets), Expr::Tuple(value)) = (elements(target), &*stmt.value)
                && self.assign_pairwise(targets, &value.elts)?
            {
                self.u.top = base;
                return Ok(());
            }
            let value = self.operand_before(&stmt.value, &[target])?;
            self.store(target, value)?;
            self.u.top = base;
            return Ok(());
        }
        let value = self.push(&stmt.value)?;
        for target in &stmt.targets {
            self.store(target, value)?;
        }
        self.u.top = base;
        Ok(())
    }

    /// The register of a target that is a plain local.
    pub(crate) fn fast_target(&mut self, target: &Expr) -> Option<Reg> {
        let Expr::Name(name) = target else {
            return None;
        };
        let id = self.mangle(&name.id);
        match self.var(id) {
            Var::Fast { reg, .. } => Some(reg),
            _ => None,
        }
    }

    /// `a, b = x, y` without making a tuple: all values, then all targets.
    fn assign_pairwise(&mut self, targets: &'a [Expr], values: &'a [Expr]) -> Result<bool> {
        if targets.len() != values.len()
            || targets.len() > 16
            || targets.iter().chain(values).any(Expr::is_starred_expr)
            || values.iter().all(Expr::is_literal_expr)
        {
            return Ok(false);
        }
        let plain = targets.iter().all(Expr::is_name_expr);
        let walrus = targets.iter().chain(values).any(assigns_quick);
        let mut regs = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            let free = plain
                && !walrus
                && match value {
                    Expr::Name(name) => !targets[..at]
                        .iter()
                        .any(|target| matches!(target, Expr::Name(other) if other.id == name.id)),
                    _ => true,
                };
            regs.push(match free {
                true => self.operand(value)?,
                false => self.push(value)?,
            });
        }
        for (target, reg) in targets.iter().zip(regs) {
            self.store(target, reg)?;
        }
        Ok(true)
    }

    /// Assigns `R[value]` to a target.
    pub(crate) fn store(&mut self, target: &'a Expr, value: Reg) -> Result<()> {
        let before = std::mem::replace(&mut self.u.range, target.range());
        let base = self.u.top;
        match target {
            Expr::Name(name) => {
                let name = self.mangle(&name.id);
                self.store_name(name, value)?;
            }
            Expr::Attribute(target) => {
                self.note_static_attribute(target);
                let object = self.operand(&target.value)?;
                self.at_attribute(target);
                let name = self.attribute_name(target)?;
                self.u.emit(Op::StoreAttr, object, name, value);
            }
            Expr::Subscript(target) => self.store_subscript(target, value)?,
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, value)?,
            Expr::List(list) => self.unpack(&list.elts, value)?,
            Expr::Starred(star) => {
                return self.error(
                    "starred assignment target must be in a list or tuple",
                    star.range(),
                );
            }
            _ => return self.error("cannot assign to expression", target.range()),
        }
        self.u.top = base;
        self.u.range = before;
        Ok(())
    }

    fn attribute_name(&mut self, target: &ast::ExprAttribute) -> Result<u16> {
        if target.attr.as_str() == "__debug__" {
            return self.error("cannot assign to __debug__", target.range());
        }
        let name = self.mangle(&target.attr);
        self.name(name)
    }

    fn store_subscript(&mut self, target: &'a ast::ExprSubscript, value: Reg) -> Result<()> {
        let object = self.operand_before(&target.value, &[&target.slice])?;
        if let Expr::Slice(slice) = &*target.slice
            && slice.step.is_none()
        {
            let run = self.slice_bounds(slice)?;
            self.u.emit(Op::SetSlice, object, run, value);
        } else if let Some(at) = small_int(&target.slice) {
            self.u
                .emit(Op::SetItemInt, object, at.cast_unsigned(), value);
        } else {
            let index = self.operand(&target.slice)?;
            self.u.emit(Op::SetItem, object, index, value);
        }
        Ok(())
    }

    pub(crate) fn store_name(&mut self, name: NameId, value: Reg) -> Result<()> {
        match self.var(name) {
            Var::Fast { reg, .. } => {
                if reg != value {
                    self.u.emit(Op::Move, reg, value, 0);
                }
            }
            Var::Cell(reg) | Var::ClassCell(reg) | Var::DictOrCell(reg) => {
                self.u.emit(Op::StoreCell, reg, value, 0);
            }
            Var::Name => {
                let name = self.name(name)?;
                self.u.emit(Op::StoreName, value, name, 0);
            }
            Var::Global | Var::DictOrGlobal => {
                let name = self.name(name)?;
                self.u.emit(Op::StoreGlobal, value, name, 0);
            }
        }
        Ok(())
    }

    fn unpack(&mut self, targets: &'a [Expr], value: Reg) -> Result<()> {
        let base = self.u.top;
        let mut stars = targets
            .iter()
            .enumerate()
            .filter(|(_, target)| target.is_starred_expr());
        let star = stars.next().map(|(at, _)| at);
        if stars.next().is_some() {
            let range = self.u.range;
            return self.error("multiple starred expressions in assignment", range);
        }
        let count = targets.len();
        if let Some(star) = star {
            let (Ok(before), Ok(after)) = (u8::try_from(star), u16::try_from(count - star - 1))
            else {
                let range = self.u.range;
                return self.error("too many expressions in star-unpacking assignment", range);
            };
            self.u.emit_d(Op::UnpackEx, before, base, value, after);
        } else if let Some(first) = self.consecutive(targets) {
            self.u.emit(Op::UnpackSequence, first, value, count as u16);
            return Ok(());
        } else {
            let Ok(count) = u16::try_from(count) else {
                return crate::error::too_large("too many targets");
            };
            self.u.emit(Op::UnpackSequence, base, value, count);
        }
        let total = u16::try_from(count).unwrap_or(u16::MAX);
        self.u.set_top(base.saturating_add(total))?;
        for (at, target) in targets.iter().enumerate() {
            let target = match target {
                Expr::Starred(star) => &star.value,
                target => target,
            };
            self.store(target, base + at as u16)?;
        }
        self.u.top = base;
        Ok(())
    }

    /// The first register when the targets are locals in consecutive registers.
    fn consecutive(&mut self, targets: &'a [Expr]) -> Option<Reg> {
        let first = self.fast_target(targets.first()?)?;
        for (at, target) in targets.iter().enumerate() {
            if usize::from(self.fast_target(target)?) != usize::from(first) + at {
                return None;
            }
        }
        Some(first)
    }

    pub(crate) fn aug_assign(&mut self, stmt: &'a ast::StmtAugAssign) -> Result<()> {
        let base = self.u.top;
        let whole = self.u.range;
        match &*stmt.target {
            Expr::Name(target) => {
                let name = self.mangle(&target.id);
                if let Var::Fast { reg, .. } = self.var(name) {
                    self.u.range = target.range();
                    let left = self.operand_before_named(name, &stmt.value)?;
                    self.u.range = whole;
                    self.binary(stmt.op, 1, left, &stmt.value, base, Want::Into(reg))?;
                } else {
                    self.u.range = target.range();
                    let left = self.load(name, Want::Push)?;
                    self.u.range = whole;
                    let value = self.binary(stmt.op, 1, left, &stmt.value, base, Want::Push)?;
                    self.u.range = target.range();
                    self.store_name(name, value)?;
                }
            }
            Expr::Attribute(target) => {
                self.note_static_attribute(target);
                let object = self.operand_before(&target.value, &[&stmt.value])?;
                let inner = self.u.top;
                self.u.range = target.range();
                self.at_attribute(target);
                let name = self.attribute_name(target)?;
                let old = self.put(Op::LoadAttr, 0, object, name, inner, Want::Push)?;
                self.u.range = whole;
                let new = self.binary(stmt.op, 1, old, &stmt.value, inner, Want::Push)?;
                self.u.range = target.range();
                self.at_attribute(target);
                self.u.emit(Op::StoreAttr, object, name, new);
            }
            Expr::Subscript(target) => {
                let object = self.operand_before(&target.value, &[&target.slice, &stmt.value])?;
                if let Some(at) = small_int(&target.slice) {
                    let at = at.cast_unsigned();
                    let inner = self.u.top;
                    self.u.range = target.range();
                    let old = self.put(Op::GetItemInt, 0, object, at, inner, Want::Push)?;
                    self.u.range = whole;
                    let new = self.binary(stmt.op, 1, old, &stmt.value, inner, Want::Push)?;
                    self.u.range = target.range();
                    self.u.emit(Op::SetItemInt, object, at, new);
                } else {
                    let index = self.operand_before(&target.slice, &[&stmt.value])?;
                    let inner = self.u.top;
                    self.u.range = target.range();
                    let old = self.put(Op::GetItem, 0, object, index, inner, Want::Push)?;
                    self.u.range = whole;
                    let new = self.binary(stmt.op, 1, old, &stmt.value, inner, Want::Push)?;
                    self.u.range = target.range();
                    self.u.emit(Op::SetItem, object, index, new);
                }
            }
            target => {
                return self.error(
                    "'expression' is an illegal expression for augmented assignment",
                    target.range(),
                );
            }
        }
        self.u.range = whole;
        self.u.top = base;
        Ok(())
    }

    fn operand_before_named(&mut self, name: NameId, later: &'a Expr) -> Result<Reg> {
        let walrus = self.scopes[self.current_scope()].has_walrus && assigns(later);
        self.load(name, if walrus { Want::Push } else { Want::Any })
    }

    pub(crate) fn delete(&mut self, target: &'a Expr) -> Result<()> {
        let before = std::mem::replace(&mut self.u.range, target.range());
        let base = self.u.top;
        match target {
            Expr::Name(name) => {
                let name = self.mangle(&name.id);
                match self.var(name) {
                    Var::Fast { reg, .. } => self.u.emit(Op::DeleteFast, reg, 0, 0),
                    Var::Cell(reg) | Var::ClassCell(reg) | Var::DictOrCell(reg) => {
                        self.u.emit(Op::DeleteCell, reg, 0, 0);
                    }
                    Var::Name => {
                        let name = self.name(name)?;
                        self.u.emit(Op::DeleteName, name, 0, 0);
                    }
                    Var::Global | Var::DictOrGlobal => {
                        let name = self.name(name)?;
                        self.u.emit(Op::DeleteGlobal, name, 0, 0);
                    }
                }
            }
            Expr::Attribute(target) => {
                let object = self.operand(&target.value)?;
                self.at_attribute(target);
                let name = self.mangle(&target.attr);
                let name = self.name(name)?;
                self.u.emit(Op::DelAttr, object, name, 0);
            }
            Expr::Subscript(target) => {
                let object = self.operand_before(&target.value, &[&target.slice])?;
                let index = self.operand(&target.slice)?;
                self.u.emit(Op::DelItem, object, index, 0);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for target in elts {
                    self.deeper(|generator| generator.delete(target))?;
                }
            }
            _ => return self.error("cannot delete expression", target.range()),
        }
        self.u.top = base;
        self.u.range = before;
        Ok(())
    }
}

/// The elements of a tuple or list target.
fn elements(target: &Expr) -> Option<&[Expr]> {
    match target {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        _ => None,
    }
}

fn assigns_quick(expr: &Expr) -> bool {
    !matches!(expr, Expr::Name(_)) && assigns(expr)
}
