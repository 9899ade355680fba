//! Comparisons, and conditions as jumps.

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::{Label, Reg};
use taipan_bytecode::{Const, Op};
use taipan_syntax::Ranged;
use taipan_syntax::ast::{self, BoolOp, CmpOp, Expr, UnaryOp};

impl<'a> Generator<'a> {
    pub(crate) fn compare(&mut self, expr: &'a ast::ExprCompare, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let (ops, items) = (&expr.ops, &expr.comparators);
        if ops.len() == 1 {
            let left = self.operand_before(&expr.left, &[&items[0]])?;
            let right = self.comparator(ops[0], &items[0])?;
            return self.put_compare(ops[0], left, right, base, want);
        }
        let end = self.u.label();
        self.push(&expr.left)?;
        let mut left = base;
        for (at, (op, item)) in ops.iter().zip(items).enumerate() {
            let last = at + 1 == ops.len();
            // The result goes over the left operand; the right one stays above it, to be the next left one.
            let right = if last {
                self.comparator(*op, item)?
            } else {
                self.operand_before(item, &items[at + 1..].iter().collect::<Vec<_>>())?
            };
            self.emit_compare(*op, base, left, right);
            if last {
                break;
            }
            self.u.emit_jump(Op::JumpIfFalse, 0, base, 0, end);
            if right > base && right < self.u.top {
                self.u.emit(Op::Move, base, right, 0);
                left = base;
            } else {
                left = right;
            }
            self.u.set_top(base + 1)?;
        }
        self.u.set_top(base + 1)?;
        self.u.place(end);
        self.deliver(base, want)
    }

    /// The right side of a comparison; displays of constants after `in` become constants.
    fn comparator(&mut self, op: CmpOp, expr: &'a Expr) -> Result<Reg> {
        if matches!(op, CmpOp::In | CmpOp::NotIn) {
            match expr {
                Expr::List(list) => {
                    if let Some(values) = self.fold_all(&list.elts) {
                        return self.constant(Const::Tuple(values), Want::Any);
                    }
                }
                Expr::Set(set) => {
                    if let Some(values) = self.fold_all(&set.elts) {
                        return self.constant(Const::FrozenSet(values), Want::Any);
                    }
                }
                _ => {}
            }
        }
        self.operand(expr)
    }

    fn emit_compare(&mut self, op: CmpOp, dst: Reg, left: Reg, right: Reg) {
        let (op, d) = plain(op);
        self.u.emit_d(op, d, dst, left, right);
    }

    fn put_compare(
        &mut self,
        op: CmpOp,
        left: Reg,
        right: Reg,
        base: Reg,
        want: Want,
    ) -> Result<Reg> {
        let (op, d) = plain(op);
        self.put(op, d, left, right, base, want)
    }

    /// Jumps to `label` when the truth of `expr` is `when`; temporaries are as before on both ways.
    pub(crate) fn jump_if(&mut self, expr: &'a Expr, when: bool, label: Label) -> Result<()> {
        let before = self.u.range;
        self.u.range = expr.range();
        let done = match expr {
            Expr::BoolOp(_) | Expr::UnaryOp(_) | Expr::Compare(_) | Expr::If(_) => {
                self.deeper(|generator| generator.jump_if_inner(expr, when, label))
            }
            _ => self.jump_if_inner(expr, when, label),
        };
        self.u.range = before;
        done
    }

    fn jump_if_inner(&mut self, expr: &'a Expr, when: bool, label: Label) -> Result<()> {
        if let Some(truth) = self.constant_truth(expr) {
            if truth == when {
                self.u.jump(label);
            }
            return Ok(());
        }
        let base = self.u.top;
        match expr {
            Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => {
                return self.jump_if(&unary.operand, !when, label);
            }
            Expr::BoolOp(expr) => {
                let decides = expr.op == BoolOp::Or;
                let (last, init) = expr.values.split_last().expect("at least two values");
                if decides == when {
                    for value in init {
                        self.jump_if(value, when, label)?;
                    }
                    return self.jump_if(last, when, label);
                }
                let over = self.u.label();
                for value in init {
                    self.jump_if(value, decides, over)?;
                }
                self.jump_if(last, when, label)?;
                self.u.place(over);
                return Ok(());
            }
            Expr::If(expr) => {
                let orelse = self.u.label();
                let end = self.u.label();
                self.jump_if(&expr.test, false, orelse)?;
                self.jump_if(&expr.body, when, label)?;
                self.u.jump(end);
                self.u.place(orelse);
                self.jump_if(&expr.orelse, when, label)?;
                self.u.place(end);
                return Ok(());
            }
            Expr::Compare(expr) => return self.jump_if_compare(expr, when, label),
            _ => {}
        }
        let value = self.operand(expr)?;
        let op = if when {
            Op::JumpIfTrue
        } else {
            Op::JumpIfFalse
        };
        self.u.emit_jump(op, 0, value, 0, label);
        self.u.top = base;
        Ok(())
    }

    fn jump_if_compare(
        &mut self,
        expr: &'a ast::ExprCompare,
        when: bool,
        label: Label,
    ) -> Result<()> {
        let base = self.u.top;
        let (ops, items) = (&expr.ops, &expr.comparators);
        if ops.len() == 1 {
            if matches!(ops[0], CmpOp::Is | CmpOp::IsNot) && items[0].is_none_literal_expr() {
                let value = self.operand(&expr.left)?;
                let op = match (ops[0] == CmpOp::Is) == when {
                    true => Op::JumpIfNone,
                    false => Op::JumpIfNotNone,
                };
                self.u.emit_jump(op, 0, value, 0, label);
                self.u.top = base;
                return Ok(());
            }
            let left = self.operand_before(&expr.left, &[&items[0]])?;
            let right = self.comparator(ops[0], &items[0])?;
            self.compare_and_jump(ops[0], left, right, when, label)?;
            self.u.top = base;
            return Ok(());
        }
        let over = self.u.label();
        let on_false = if when { over } else { label };
        let later: Vec<&Expr> = items.iter().collect();
        let mut left = self.operand_before(&expr.left, &later)?;
        for (at, (op, item)) in ops.iter().zip(items).enumerate() {
            if at + 1 == ops.len() {
                let right = self.comparator(*op, item)?;
                self.compare_and_jump(*op, left, right, when, label)?;
                break;
            }
            let right = self.operand_before(item, &later[at + 1..])?;
            self.compare_and_jump(*op, left, right, false, on_false)?;
            // The left operand is done with.
            if right >= base && right < self.u.top {
                if right != base {
                    self.u.emit(Op::Move, base, right, 0);
                }
                self.u.set_top(base + 1)?;
                left = base;
            } else {
                self.u.top = base;
                left = right;
            }
        }
        self.u.top = base;
        self.u.place(over);
        Ok(())
    }

    fn compare_and_jump(
        &mut self,
        op: CmpOp,
        left: Reg,
        right: Reg,
        when: bool,
        label: Label,
    ) -> Result<()> {
        let d = u8::from(when);
        let (fused, d) = match op {
            CmpOp::Eq => (Op::JumpEq, d),
            CmpOp::NotEq => (Op::JumpNe, d),
            CmpOp::Lt => (Op::JumpLt, d),
            CmpOp::LtE => (Op::JumpLe, d),
            CmpOp::Gt => (Op::JumpGt, d),
            CmpOp::GtE => (Op::JumpGe, d),
            CmpOp::Is => (Op::JumpIs, d),
            CmpOp::IsNot => (Op::JumpIs, 1 - d),
            CmpOp::In | CmpOp::NotIn => {
                let top = self.u.top;
                let result = top;
                self.emit_compare(op, result, left, right);
                self.u.set_top(top + 1)?;
                let jump = if when {
                    Op::JumpIfTrue
                } else {
                    Op::JumpIfFalse
                };
                self.u.emit_jump(jump, 0, result, 0, label);
                self.u.top = top;
                return Ok(());
            }
        };
        self.u.emit_jump(fused, d, left, right, label);
        Ok(())
    }
}

fn plain(op: CmpOp) -> (Op, u8) {
    match op {
        CmpOp::Eq => (Op::Eq, 0),
        CmpOp::NotEq => (Op::Ne, 0),
        CmpOp::Lt => (Op::Lt, 0),
        CmpOp::LtE => (Op::Le, 0),
        CmpOp::Gt => (Op::Gt, 0),
        CmpOp::GtE => (Op::Ge, 0),
        CmpOp::Is => (Op::Is, 0),
        CmpOp::IsNot => (Op::Is, 1),
        CmpOp::In => (Op::Contains, 0),
        CmpOp::NotIn => (Op::Contains, 1),
    }
}
