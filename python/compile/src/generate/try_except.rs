//! `try` in all forms.
//!
//! A handler starts with the exception in a register, then `enter_except` saves what was being handled one register above.
//! Inside, a cleanup handler restores that before an exception leaves.

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::{Label, Reg};
use crate::unit::{Block, Var};
use taipan_bytecode::{Intrinsic, Op};
use taipan_syntax::Ranged;
use taipan_syntax::ast;

impl<'a> Generator<'a> {
    pub(crate) fn try_stmt(&mut self, stmt: &'a ast::StmtTry) -> Result<()> {
        if stmt.finalbody.is_empty() {
            return self.try_except(stmt);
        }
        let base = self.u.top;
        let end = self.u.label();
        let outer = self.u.handler;
        let handler = self.u.new_handler(base);
        self.enter_block(Block::Finally {
            body: &stmt.finalbody,
        });
        self.u.handler = handler;
        if stmt.handlers.is_empty() {
            self.conditional_body(&stmt.body)?;
        } else {
            self.try_except(stmt)?;
        }
        self.leave_block();
        self.conditional_body(&stmt.finalbody)?;
        self.u.jump(end);
        if self.u.start_handler(handler, outer)? {
            self.u.range = stmt.range();
            let saved = self.enter_except(base)?;
            let cleanup = self.u.new_handler(saved + 1);
            self.enter_block(Block::Handler { saved, name: None });
            self.u.handler = cleanup;
            self.conditional_body(&stmt.finalbody)?;
            self.leave_block();
            self.u.range = stmt.range();
            self.u.emit(Op::ExitExcept, saved, 0, 0);
            self.u.emit_end(Op::Reraise, 0, base, 0);
            self.end_cleanup(cleanup, outer, saved)?;
        }
        self.u.top = base;
        self.u.place(end);
        Ok(())
    }

    fn enter_except(&mut self, exception: Reg) -> Result<Reg> {
        let saved = exception + 1;
        self.u.emit(Op::EnterExcept, saved, exception, 0);
        self.u.set_top(saved + 1)?;
        Ok(saved)
    }

    fn try_except(&mut self, stmt: &'a ast::StmtTry) -> Result<()> {
        let base = self.u.top;
        let end = self.u.label();
        let outer = self.u.handler;
        let handler = self.u.new_handler(base);
        self.u.handler = handler;
        self.conditional_body(&stmt.body)?;
        self.u.handler = outer;
        self.conditional_body(&stmt.orelse)?;
        self.u.jump(end);
        if self.u.start_handler(handler, outer)? {
            let saved = self.enter_except(base)?;
            if stmt.is_star {
                self.star_handlers(stmt, base, saved, outer, end)?;
            } else {
                self.handlers(stmt, base, saved, outer, end)?;
            }
        } else {
            // Never entered, but its errors are errors.
            self.dead_handlers(stmt)?;
        }
        self.u.top = base;
        self.u.place(end);
        self.u.handler = outer;
        Ok(())
    }

    fn dead_handlers(&mut self, stmt: &'a ast::StmtTry) -> Result<()> {
        for ast::ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
            self.conditional_body(&handler.body)?;
        }
        Ok(())
    }

    fn handlers(
        &mut self,
        stmt: &'a ast::StmtTry,
        exception: Reg,
        saved: Reg,
        outer: u32,
        end: Label,
    ) -> Result<()> {
        let top = saved + 1;
        let cleanup = self.u.new_handler(top);
        for (at, ast::ExceptHandler::ExceptHandler(handler)) in stmt.handlers.iter().enumerate() {
            self.u.handler = cleanup;
            let next = self.u.label();
            self.u.range = handler.range();
            match &handler.type_ {
                Some(kind) => {
                    let class = self.operand(kind)?;
                    self.u.range = kind.range();
                    let matches =
                        self.put(Op::CheckExcMatch, 0, exception, class, top, Want::Push)?;
                    self.u.emit_jump(Op::JumpIfFalse, 0, matches, 0, next);
                    self.u.top = top;
                }
                None if at + 1 < stmt.handlers.len() => {
                    return self.error("default 'except:' must be last", handler.range());
                }
                None => {}
            }
            self.u.range = handler.range();
            let name = handler.name.as_ref().map(|name| name.as_str());
            if let Some(name) = &handler.name {
                let id = self.mangle(name);
                self.u.range = name.range();
                self.store_name(id, exception)?;
            }
            self.u.handler = outer;
            self.enter_block(Block::Handler { saved, name });
            let named = name.map(|_| self.u.new_handler(top));
            self.u.handler = named.unwrap_or(cleanup);
            self.conditional_body(&handler.body)?;
            self.leave_block();
            self.u.range = handler.range();
            self.u.emit(Op::ExitExcept, saved, 0, 0);
            if let Some(name) = name {
                self.clear_handler_name(name)?;
            }
            self.u.jump(end);
            if let (Some(named), Some(name)) = (named, name)
                && self.u.start_handler(named, outer)?
            {
                self.u.emit(Op::ExitExcept, saved, 0, 0);
                self.clear_handler_name(name)?;
                self.u.emit_end(Op::Reraise, 0, top, 0);
            }
            self.u.top = top;
            self.u.place(next);
        }
        self.u.range = stmt.range();
        self.u.handler = outer;
        self.u.emit(Op::ExitExcept, saved, 0, 0);
        self.u.emit_end(Op::Reraise, 0, exception, 0);
        self.end_cleanup(cleanup, outer, saved)
    }

    /// The name of a handler ends with it.
    pub(crate) fn clear_handler_name(&mut self, name: &str) -> Result<()> {
        let name = self.mangle(name);
        if let Var::Fast { reg, .. } = self.var(name) {
            self.u.emit(Op::Unbind, reg, 0, 0);
            return Ok(());
        }
        let top = self.u.top;
        let none = self.constant(taipan_bytecode::Const::None, Want::Push)?;
        self.store_name(name, none)?;
        match self.var(name) {
            Var::Cell(reg) | Var::ClassCell(reg) | Var::DictOrCell(reg) => {
                self.u.emit(Op::DeleteCell, reg, 0, 0);
            }
            Var::Name => {
                let name = self.name(name)?;
                self.u.emit(Op::DeleteName, name, 0, 0);
            }
            _ => {
                let name = self.name(name)?;
                self.u.emit(Op::DeleteGlobal, name, 0, 0);
            }
        }
        self.u.top = top;
        Ok(())
    }

    /// `except*`: registers above `saved` hold the list of what is to be raised and the rest of the group.
    fn star_handlers(
        &mut self,
        stmt: &'a ast::StmtTry,
        exception: Reg,
        saved: Reg,
        outer: u32,
        end: Label,
    ) -> Result<()> {
        let list = saved + 1;
        let rest = list + 1;
        let matched = rest + 1;
        let cleanup = self.u.new_handler(list);
        self.u.handler = cleanup;
        self.u.range = stmt.range();
        // The two arguments of the last step stand in a row: the group, then the list.
        self.u.emit(Op::BuildList, list, list, 0);
        self.u.set_top(list + 1)?;
        self.u.emit(Op::Move, rest, exception, 0);
        self.u.set_top(rest + 1)?;
        for ast::ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
            self.u.handler = cleanup;
            self.u.range = handler.range();
            let Some(kind) = &handler.type_ else {
                return self.error("expected one or more exception types", handler.range());
            };
            let next = self.u.label();
            let no_match = self.u.label();
            let class = self.operand(kind)?;
            self.u.range = kind.range();
            self.u.set_top(matched)?;
            let depth = self.u.top.max(class + 1);
            self.u.set_top(depth)?;
            self.u.emit(Op::CheckEgMatch, matched, rest, class);
            // The pair arrives above the rest and replaces it.
            self.u.set_top(matched + 2)?;
            self.u.emit(Op::Move, rest, matched, 0);
            self.u.emit(Op::Move, matched, matched + 1, 0);
            self.u.top = matched + 1;
            self.u.emit_jump(Op::JumpIfNone, 0, matched, 0, no_match);
            let inner_saved = self.enter_except(matched)?;
            let name = handler.name.as_ref().map(|name| name.as_str());
            if let Some(name) = &handler.name {
                let id = self.mangle(name);
                self.u.range = name.range();
                self.store_name(id, matched)?;
            }
            self.u.range = handler.range();
            let raised = self.u.new_handler(inner_saved + 1);
            self.u.handler = cleanup;
            self.enter_block(Block::Handler {
                saved: inner_saved,
                name,
            });
            self.u.handler = raised;
            self.conditional_body(&handler.body)?;
            self.leave_block();
            self.u.range = handler.range();
            self.u.emit(Op::ExitExcept, inner_saved, 0, 0);
            if let Some(name) = name {
                self.clear_handler_name(name)?;
            }
            self.u.jump(next);
            if self.u.start_handler(raised, cleanup)? {
                let new = inner_saved + 1;
                self.u.emit(Op::ExitExcept, inner_saved, 0, 0);
                if let Some(name) = name {
                    self.clear_handler_name(name)?;
                }
                self.u.emit(Op::ListAppend, list, new, 0);
                self.u.jump(next);
            }
            self.u.top = matched;
            self.u.place(no_match);
            self.u.place(next);
        }
        self.u.handler = cleanup;
        self.u.range = stmt.range();
        self.u.emit(Op::ListAppend, list, rest, 0);
        self.u.emit(Op::Move, rest, exception, 0);
        self.u.set_top(matched)?;
        self.u.emit(Op::Move, matched, list, 0);
        self.u.set_top(matched + 1)?;
        self.u.emit(
            Op::CallIntrinsic,
            rest,
            rest,
            Intrinsic::PrepReraiseStar as u16,
        );
        self.u.top = rest + 1;
        self.u.handler = outer;
        self.u.emit(Op::ExitExcept, saved, 0, 0);
        let nothing = self.u.label();
        self.u.emit_jump(Op::JumpIfNone, 0, rest, 0, nothing);
        self.u.emit_end(Op::Reraise, 0, rest, 0);
        self.u.place(nothing);
        self.u.jump(end);
        self.end_cleanup(cleanup, outer, saved)
    }
}
