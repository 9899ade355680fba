//! Statements, except those in files of their own.

use super::{Generator, Want};
use crate::Mode;
use crate::error::Result;
use crate::symbols::ScopeKind;
use taipan_bytecode::{CodeFlags, Const, Op};
use taipan_syntax::Ranged;
use taipan_syntax::ast::{self, Expr, Stmt};

impl<'a> Generator<'a> {
    pub(crate) fn body(&mut self, body: &'a [Stmt]) -> Result<()> {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    /// A body that may not run.
    pub(crate) fn conditional_body(&mut self, body: &'a [Stmt]) -> Result<()> {
        self.u.conditional += 1;
        // After an error the unit may be another; nothing is generated any more then.
        self.body(body)?;
        self.u.conditional -= 1;
        Ok(())
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> Result<()> {
        self.u.range = stmt.range();
        let done = self.deeper(|generator| generator.stmt_inner(stmt));
        self.u.range = stmt.range();
        done
    }

    fn stmt_inner(&mut self, stmt: &'a Stmt) -> Result<()> {
        let base = self.u.top;
        match stmt {
            Stmt::FunctionDef(def) => self.function_def(def)?,
            Stmt::ClassDef(def) => self.class_def(def)?,
            Stmt::Return(stmt) => self.return_stmt(stmt)?,
            Stmt::Delete(stmt) => stmt
                .targets
                .iter()
                .try_for_each(|target| self.delete(target))?,
            Stmt::TypeAlias(stmt) => self.type_alias(stmt)?,
            Stmt::Assign(stmt) => self.assign(stmt)?,
            Stmt::AugAssign(stmt) => self.aug_assign(stmt)?,
            Stmt::AnnAssign(stmt) => self.ann_assign(stmt)?,
            Stmt::For(stmt) => self.for_stmt(stmt)?,
            Stmt::While(stmt) => self.while_stmt(stmt)?,
            Stmt::If(stmt) => self.if_stmt(stmt)?,
            Stmt::With(stmt) => self.with_stmt(stmt)?,
            Stmt::Match(stmt) => self.match_stmt(stmt)?,
            Stmt::Raise(stmt) => self.raise_stmt(stmt)?,
            Stmt::Try(stmt) => self.try_stmt(stmt)?,
            Stmt::Assert(stmt) => self.assert_stmt(stmt)?,
            Stmt::Import(stmt) => self.import(stmt)?,
            Stmt::ImportFrom(stmt) => self.import_from(stmt)?,
            Stmt::Expr(stmt) => self.expr_stmt(stmt)?,
            Stmt::Break(stmt) => self.leave_loop(true, stmt.range())?,
            Stmt::Continue(stmt) => self.leave_loop(false, stmt.range())?,
            Stmt::Pass(_) => self.u.emit(Op::Nop, 0, 0, 0),
            Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::IpyEscapeCommand(stmt) => return self.error("invalid syntax", stmt.range()),
        }
        self.u.top = base;
        Ok(())
    }

    fn expr_stmt(&mut self, stmt: &'a ast::StmtExpr) -> Result<()> {
        if self.options.mode == Mode::Single && self.outer.is_empty() {
            let value = self.operand(&stmt.value)?;
            self.u.emit(Op::PrintExpr, value, 0, 0);
            return Ok(());
        }
        if self.constant_truth(&stmt.value).is_some() {
            self.u.emit(Op::Nop, 0, 0, 0);
            return Ok(());
        }
        self.operand(&stmt.value)?;
        Ok(())
    }

    fn return_stmt(&mut self, stmt: &'a ast::StmtReturn) -> Result<()> {
        if !matches!(self.u.kind, ScopeKind::Function | ScopeKind::Lambda) {
            return self.error("'return' outside function", stmt.range());
        }
        if let Some(value) = &stmt.value
            && self.u.flags.contains(CodeFlags::ASYNC_GENERATOR)
        {
            let _ = value;
            return self.error("'return' with value in async generator", stmt.range());
        }
        let value = match &stmt.value {
            None => self.constant(Const::None, Want::Push)?,
            // Code that runs on the way out must not change it.
            Some(value) if self.unwinds_with_code() => self.push(value)?,
            Some(value) => self.operand(value)?,
        };
        self.u.range = stmt.range();
        let handler = self.u.handler;
        self.unwind_to(0)?;
        self.u.range = stmt.range();
        self.u.emit_end(Op::Return, 0, value, 0);
        self.u.handler = handler;
        Ok(())
    }

    fn if_stmt(&mut self, stmt: &'a ast::StmtIf) -> Result<()> {
        let end = self.u.label();
        let mut next = self.u.label();
        self.jump_if(&stmt.test, false, next)?;
        self.conditional_body(&stmt.body)?;
        for clause in &stmt.elif_else_clauses {
            self.u.jump(end);
            self.u.place(next);
            next = self.u.label();
            if let Some(test) = &clause.test {
                self.u.range = test.range();
                self.jump_if(test, false, next)?;
            }
            self.conditional_body(&clause.body)?;
        }
        self.u.place(next);
        self.u.place(end);
        Ok(())
    }

    fn raise_stmt(&mut self, stmt: &'a ast::StmtRaise) -> Result<()> {
        let range = stmt.range();
        let Some(exc) = &stmt.exc else {
            self.u.emit_end(Op::Raise, 0, 0, 0);
            return Ok(());
        };
        match &stmt.cause {
            None => {
                let exc = self.operand(exc)?;
                self.u.range = range;
                self.u.emit_end(Op::Raise, 1, exc, exc);
            }
            Some(cause) => {
                let exc = self.operand_before(exc, &[cause])?;
                let cause = self.operand(cause)?;
                self.u.range = range;
                self.u.emit_end(Op::Raise, 2, exc, cause);
            }
        }
        Ok(())
    }

    fn assert_stmt(&mut self, stmt: &'a ast::StmtAssert) -> Result<()> {
        if self.options.optimize > 0 {
            return Ok(());
        }
        let end = self.u.label();
        self.jump_if(&stmt.test, true, end)?;
        let base = self.u.top;
        self.u.range = stmt.test.range();
        self.u.emit(Op::LoadAssertionError, base, 0, 0);
        self.u.set_top(base + 1)?;
        if let Some(message) = &stmt.msg {
            self.u.emit(Op::MoveCallable, base, base, 0);
            self.u.set_top(base + 2)?;
            self.push(message)?;
            self.u.range = stmt.test.range();
            self.put(Op::Call, 0, base, 1, base, Want::Push)?;
        }
        self.u.emit_end(Op::Raise, 1, base, base);
        self.u.top = base;
        self.u.place(end);
        Ok(())
    }

    fn ann_assign(&mut self, stmt: &'a ast::StmtAnnAssign) -> Result<()> {
        if let Some(value) = &stmt.value {
            match self.fast_target(&stmt.target) {
                Some(reg) => self.expr(value, Want::Into(reg))?,
                None => {
                    let value = self.operand_before(value, &[&stmt.target])?;
                    self.store(&stmt.target, value)?;
                    value
                }
            };
        }
        self.u.range = stmt.range();
        let in_namespace = matches!(self.u.kind, ScopeKind::Module | ScopeKind::Class);
        match &*stmt.target {
            Expr::Name(_) if stmt.simple && in_namespace => self.annotate_name(stmt)?,
            Expr::Name(_) => {}
            Expr::Attribute(target) if stmt.value.is_none() => {
                self.operand(&target.value)?;
            }
            Expr::Subscript(target) if stmt.value.is_none() => {
                self.operand(&target.value)?;
                self.operand(&target.slice)?;
            }
            _ => {}
        }
        if !stmt.simple && in_namespace && !self.scopes.future_annotations {
            self.operand(&stmt.annotation)?;
        }
        Ok(())
    }
}
