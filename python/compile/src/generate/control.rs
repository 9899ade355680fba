//! Loops, `with`, and leaving blocks early.

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::Reg;
use crate::unit::{Block, Entered};
use taipan_bytecode::Op;
use taipan_syntax::ast::{self, Expr};
use taipan_syntax::{Ranged, TextRange};

impl<'a> Generator<'a> {
    pub(crate) fn enter_block(&mut self, block: Block<'a>) {
        let outer = self.u.handler;
        self.u.blocks.push(Entered { block, outer });
    }

    pub(crate) fn leave_block(&mut self) {
        if let Some(entered) = self.u.blocks.pop() {
            self.u.handler = entered.outer;
        }
    }

    /// Leaving the function from here runs code that could change a local.
    pub(crate) fn unwinds_with_code(&self) -> bool {
        self.u
            .blocks
            .iter()
            .any(|entered| !matches!(entered.block, Block::Loop { .. }))
    }

    /// Emits what leaving all blocks above the first `keep` takes. The blocks stay; the handler is the one outside them.
    pub(crate) fn unwind_to(&mut self, keep: usize) -> Result<()> {
        let mut left: Vec<Entered<'a>> = Vec::new();
        let mut done = Ok(());
        while self.u.blocks.len() > keep && done.is_ok() {
            let entered = self.u.blocks.pop().expect("not empty");
            left.push(entered);
            done = self.unwind(entered);
        }
        self.u.blocks.extend(left.into_iter().rev());
        done
    }

    fn unwind(&mut self, entered: Entered<'a>) -> Result<()> {
        let top = self.u.top;
        match entered.block {
            Block::Loop { .. } => {}
            Block::Finally { body } => {
                self.u.handler = entered.outer;
                self.conditional_body(body)?;
            }
            Block::Handler { saved, name } => {
                self.u.handler = entered.outer;
                self.u.emit(Op::ExitExcept, saved, 0, 0);
                if let Some(name) = name {
                    self.clear_handler_name(name)?;
                }
            }
            Block::With {
                exit,
                is_async,
                range,
            } => {
                self.u.handler = entered.outer;
                self.u.range = range;
                self.with_exit(exit, is_async)?;
            }
        }
        self.u.handler = entered.outer;
        self.u.top = top;
        Ok(())
    }

    fn with_exit(&mut self, exit: Reg, is_async: bool) -> Result<()> {
        let base = self.u.top;
        self.u
            .emit_d(Op::WithExit, u8::from(is_async), base, exit, 0);
        self.u.set_top(base + 1)?;
        if is_async {
            self.delegate(Op::GetAwaitable, 2, base, base, Want::Push)?;
        }
        self.u.top = base;
        Ok(())
    }

    /// `break` or `continue`.
    pub(crate) fn leave_loop(&mut self, breaks: bool, range: TextRange) -> Result<()> {
        let found = self
            .u
            .blocks
            .iter()
            .rposition(|entered| matches!(entered.block, Block::Loop { .. }));
        let Some(at) = found else {
            return self.error(
                match breaks {
                    true => "'break' outside loop",
                    false => "'continue' not properly in loop",
                },
                range,
            );
        };
        let Block::Loop {
            on_break,
            on_continue,
        } = self.u.blocks[at].block
        else {
            return Ok(());
        };
        let handler = self.u.handler;
        self.unwind_to(at + 1)?;
        self.u.range = range;
        self.u.jump(if breaks { on_break } else { on_continue });
        self.u.handler = handler;
        Ok(())
    }

    pub(crate) fn while_stmt(&mut self, stmt: &'a ast::StmtWhile) -> Result<()> {
        let orelse = self.u.label();
        let end = self.u.label();
        let top = self.u.loop_header()?;
        self.jump_if(&stmt.test, false, orelse)?;
        self.enter_block(Block::Loop {
            on_break: end,
            on_continue: top,
        });
        self.conditional_body(&stmt.body)?;
        self.leave_block();
        self.u.jump(top);
        self.u.place(orelse);
        self.conditional_body(&stmt.orelse)?;
        self.u.place(end);
        Ok(())
    }

    pub(crate) fn for_stmt(&mut self, stmt: &'a ast::StmtFor) -> Result<()> {
        if stmt.is_async {
            return self.async_for(stmt);
        }
        let base = self.u.top;
        let orelse = self.u.label();
        let end = self.u.label();
        let iterable = self.iterable(&stmt.iter)?;
        self.u.range = stmt.iter.range();
        self.put(Op::GetIter, 0, iterable, 0, base, Want::Push)?;
        let top = self.u.loop_header()?;
        self.next_into(base, &stmt.target, orelse)?;
        self.enter_block(Block::Loop {
            on_break: end,
            on_continue: top,
        });
        self.conditional_body(&stmt.body)?;
        self.leave_block();
        self.u.jump(top);
        self.u.top = base;
        self.u.place(orelse);
        self.conditional_body(&stmt.orelse)?;
        self.u.place(end);
        Ok(())
    }

    /// What a loop runs over; a display of constants is one constant.
    pub(crate) fn iterable(&mut self, expr: &'a Expr) -> Result<Reg> {
        if let Expr::List(list) = expr
            && let Some(values) = self.fold_all(&list.elts)
        {
            self.u.range = expr.range();
            return self.constant(taipan_bytecode::Const::Tuple(values), Want::Any);
        }
        if let Expr::Set(set) = expr
            && let Some(values) = self.fold_all(&set.elts)
        {
            self.u.range = expr.range();
            return self.constant(taipan_bytecode::Const::FrozenSet(values), Want::Any);
        }
        self.operand(expr)
    }

    /// The next value of iterator `R[iterator]` goes to `target`.
    pub(crate) fn next_into(
        &mut self,
        iterator: Reg,
        target: &'a Expr,
        exhausted: crate::ir::Label,
    ) -> Result<()> {
        if let Some(reg) = self.fast_target(target) {
            self.u.emit_jump(Op::ForIter, 0, reg, iterator, exhausted);
            return Ok(());
        }
        let value = self.u.top;
        self.u.emit_jump(Op::ForIter, 0, value, iterator, exhausted);
        self.u.set_top(value + 1)?;
        self.store(target, value)?;
        self.u.top = value;
        Ok(())
    }

    fn async_for(&mut self, stmt: &'a ast::StmtFor) -> Result<()> {
        if !self.is_async() {
            return self.error("'async for' outside async function", stmt.range());
        }
        let base = self.u.top;
        let orelse = self.u.label();
        let end = self.u.label();
        let iterable = self.operand(&stmt.iter)?;
        self.u.range = stmt.iter.range();
        self.put(Op::GetAIter, 0, iterable, 0, base, Want::Push)?;
        let top = self.u.loop_header()?;
        let handler = self.async_next(base, &stmt.target)?;
        self.enter_block(Block::Loop {
            on_break: end,
            on_continue: top,
        });
        self.conditional_body(&stmt.body)?;
        self.leave_block();
        self.u.jump(top);
        self.u.range = stmt.iter.range();
        self.end_async(handler, orelse)?;
        self.u.top = base;
        self.u.place(orelse);
        self.conditional_body(&stmt.orelse)?;
        self.u.place(end);
        Ok(())
    }

    /// The next value of asynchronous iterator `R[iterator]`, the topmost temporary, goes to `target`. Gives the handler that
    /// [`Generator::end_async`] ends.
    pub(crate) fn async_next(&mut self, iterator: Reg, target: &'a Expr) -> Result<u32> {
        let value = self.u.top;
        let outer = self.u.handler;
        let handler = self.u.new_handler(value);
        self.u.handler = handler;
        self.u.emit(Op::GetANext, value, iterator, 0);
        self.u.set_top(value + 1)?;
        self.delegate(Op::GetAwaitable, 0, value, value, Want::Push)?;
        self.u.handler = outer;
        self.store(target, value)?;
        self.u.top = value;
        Ok(handler)
    }

    pub(crate) fn end_async(&mut self, handler: u32, exhausted: crate::ir::Label) -> Result<()> {
        let outer = self.u.handler;
        if self.u.start_handler(handler, outer)? {
            let exception = self.u.handlers[handler as usize].exception;
            self.u
                .emit_jump(Op::EndAsyncFor, 0, exception, 0, exhausted);
            self.u.reachable = false;
        }
        Ok(())
    }

    pub(crate) fn with_stmt(&mut self, stmt: &'a ast::StmtWith) -> Result<()> {
        if stmt.is_async && !self.is_async() {
            return self.error("'async with' outside async function", stmt.range());
        }
        self.with_items(&stmt.items, stmt)
    }

    fn with_items(&mut self, items: &'a [ast::WithItem], stmt: &'a ast::StmtWith) -> Result<()> {
        let Some((item, rest)) = items.split_first() else {
            return self.conditional_body(&stmt.body);
        };
        let base = self.u.top;
        let range = item.context_expr.range();
        let end = self.u.label();
        let manager = self.operand(&item.context_expr)?;
        self.u.range = range;
        self.u
            .emit_d(Op::WithEnter, u8::from(stmt.is_async), base, manager, 0);
        self.u.set_top(base + 2)?;
        let exit = base + 1;
        if stmt.is_async {
            let value = base + 2;
            self.delegate(Op::GetAwaitable, 1, base, value, Want::Push)?;
            self.u.emit(Op::Move, base, value, 0);
            self.u.top = value;
        }
        let outer = self.u.handler;
        let handler = self.u.new_handler(base + 2);
        self.enter_block(Block::With {
            exit,
            is_async: stmt.is_async,
            range,
        });
        self.u.handler = handler;
        if let Some(target) = &item.optional_vars {
            self.store(target, base)?;
        }
        self.deeper(|generator| generator.with_items(rest, stmt))?;
        self.leave_block();
        self.u.range = range;
        self.u.top = base + 2;
        self.with_exit(exit, stmt.is_async)?;
        self.u.jump(end);
        if self.u.start_handler(handler, outer)? {
            self.with_except(handler, exit, stmt.is_async, outer, end)?;
        }
        self.u.top = base;
        self.u.place(end);
        Ok(())
    }

    /// An exception inside the body of a `with`.
    fn with_except(
        &mut self,
        handler: u32,
        exit: Reg,
        is_async: bool,
        outer: u32,
        end: crate::ir::Label,
    ) -> Result<()> {
        let exception = self.u.handlers[handler as usize].exception;
        let saved = self.u.temp()?;
        self.u.top = saved;
        self.u.emit(Op::EnterExcept, saved, exception, 0);
        self.u.set_top(saved + 1)?;
        let cleanup = self.u.new_handler(saved + 1);
        self.u.handler = cleanup;
        let result = self.u.top;
        self.u.emit(Op::WithExcept, result, exit, exception);
        self.u.set_top(result + 1)?;
        if is_async {
            self.delegate(Op::GetAwaitable, 2, result, result, Want::Push)?;
        }
        let suppressed = self.u.label();
        self.u.emit_jump(Op::JumpIfTrue, 0, result, 0, suppressed);
        self.u.top = result;
        self.u.handler = outer;
        self.u.emit(Op::ExitExcept, saved, 0, 0);
        self.u.emit_end(Op::Reraise, 0, exception, 0);
        self.u.place(suppressed);
        self.u.emit(Op::ExitExcept, saved, 0, 0);
        self.u.jump(end);
        self.end_cleanup(cleanup, outer, saved)
    }

    /// The handler that stops handling and passes its exception on.
    pub(crate) fn end_cleanup(&mut self, cleanup: u32, outer: u32, saved: Reg) -> Result<()> {
        if self.u.start_handler(cleanup, outer)? {
            let exception = self.u.handlers[cleanup as usize].exception;
            self.u.emit(Op::ExitExcept, saved, 0, 0);
            self.u.emit_end(Op::Reraise, 0, exception, 0);
        }
        Ok(())
    }
}
