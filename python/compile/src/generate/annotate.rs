//! Annotations: the `__annotate__` functions of functions, classes and modules.

use super::{Generator, Want};
use crate::error::Result;
use crate::names::NameId;
use crate::symbols::visit::all_parameters;
use crate::symbols::{ScopeId, ScopeKind, scope_of};
use crate::unparse::unparse;
use taipan_bytecode::{Code, Const, Intrinsic, Op};
use taipan_syntax::ast::{self, Expr};
use taipan_syntax::{Ranged, TextRange};

impl<'a> Generator<'a> {
    /// Starts a function of one positional parameter, the format, which it refuses above 2.
    pub(crate) fn enter_evaluator(
        &mut self,
        id: ScopeId,
        name: NameId,
        qualname: String,
        range: TextRange,
    ) -> Result<()> {
        self.enter(id, name, qualname, range)?;
        self.u.args = (1, 1, 0);
        self.u.range = range;
        self.prologue();
        let base = self.u.top;
        let format = self.load(NameId::DOT_FORMAT, Want::Any)?;
        let two = self.constant(Const::Int(2), Want::Push)?;
        let good = self.u.label();
        self.u.emit_jump(Op::JumpGt, 0, format, two, good);
        self.u.top = base;
        let number = Intrinsic::NotImplementedError as u16;
        let class = self.put(Op::CallIntrinsic, 0, base, number, base, Want::Push)?;
        self.u.emit_end(Op::Raise, 1, class, class);
        self.u.top = base;
        self.u.place(good);
        Ok(())
    }

    /// The annotation function of a signature, with the names of its free variables.
    pub(crate) fn parameter_annotations(
        &mut self,
        parameters: &'a ast::Parameters,
        returns: Option<&'a Expr>,
        range: TextRange,
    ) -> Result<Option<(Code, Vec<NameId>)>> {
        let Some(id) = scope_of(&parameters.node_index) else {
            return Ok(None);
        };
        let qualname = self.qualname("__annotate__");
        self.enter_evaluator(id, NameId::ANNOTATE, qualname, range)?;
        let base = self.u.top;
        self.u.emit(Op::BuildMap, base, base, 0);
        self.u.set_top(base + 1)?;
        for parameter in all_parameters(parameters) {
            if let Some(annotation) = &parameter.annotation {
                let name = self.mangle(&parameter.name);
                let key = self.text_constant(name, Want::Push)?;
                let value = self.annotation(annotation)?;
                self.u.emit(Op::MapAdd, base, key, value);
                self.u.top = base + 1;
            }
        }
        if let Some(annotation) = returns {
            let key = self.constant(Const::Str("return".to_owned()), Want::Push)?;
            let value = self.annotation(annotation)?;
            self.u.emit(Op::MapAdd, base, key, value);
        }
        self.u.emit_end(Op::Return, 0, base, 0);
        self.leave().map(Some)
    }

    fn annotation(&mut self, annotation: &'a Expr) -> Result<u16> {
        if self.scopes.future_annotations {
            let text = unparse(self.source, annotation);
            return self.constant(Const::Str(text), Want::Push);
        }
        if let Expr::Starred(star) = annotation {
            let base = self.u.top;
            let value = self.operand(&star.value)?;
            self.u.emit(Op::UnpackSequence, base, value, 1);
            self.u.set_top(base + 1)?;
            return Ok(base);
        }
        self.operand(annotation)
    }

    /// A simple annotation in a module or class.
    pub(crate) fn annotate_name(&mut self, stmt: &'a ast::StmtAnnAssign) -> Result<()> {
        let Expr::Name(name) = &*stmt.target else {
            return Ok(());
        };
        let base = self.u.top;
        if self.scopes.future_annotations {
            let name = self.mangle(&name.id);
            let text = unparse(self.source, &stmt.annotation);
            let value = self.constant(Const::Str(text), Want::Push)?;
            let annotations = self.names.intern("__annotations__");
            let dict = self.load(annotations, Want::Push)?;
            let key = self.text_constant(name, Want::Push)?;
            self.u.emit(Op::SetItem, dict, key, value);
            self.u.top = base;
            return Ok(());
        }
        let conditional = self.u.conditional > 0 || self.u.kind == ScopeKind::Module;
        let mut index = None;
        if conditional {
            let number = self.u.conditional_count;
            self.u.conditional_count += 1;
            index = Some(number);
            let set = match self.u.kind {
                ScopeKind::Class => {
                    let cell = self.u.cell_of(NameId::CONDITIONAL).expect("laid out");
                    self.put(Op::LoadCell, 0, cell, 0, base, Want::Push)?
                }
                _ => {
                    let name = self.name(NameId::CONDITIONAL)?;
                    self.put(Op::LoadName, 0, name, 0, base, Want::Push)?
                }
            };
            let number = self.constant(Const::Int(i64::from(number)), Want::Push)?;
            self.u.emit(Op::SetAdd, set, number, 0);
            self.u.top = base;
        }
        // A `finally` body is compiled several times; its annotations are evaluated once each.
        self.u.deferred.push((stmt, index));
        Ok(())
    }

    /// Stores the annotation function of a module or class, if it has annotations.
    pub(crate) fn deferred_annotations(&mut self) -> Result<()> {
        let deferred = std::mem::take(&mut self.u.deferred);
        let Some(id) = self.scopes[self.u.scope].annotations else {
            return Ok(());
        };
        if deferred.is_empty() {
            return Ok(());
        }
        let in_class = self.u.kind == ScopeKind::Class;
        let qualname = self.qualname("__annotate__");
        let range = deferred[0].0.range();
        self.enter_evaluator(id, NameId::ANNOTATE, qualname, range)?;
        let base = self.u.top;
        self.u.emit(Op::BuildMap, base, base, 0);
        self.u.set_top(base + 1)?;
        for (stmt, index) in deferred {
            let Expr::Name(name) = &*stmt.target else {
                continue;
            };
            self.u.range = stmt.annotation.range();
            let skip = self.u.label();
            if let Some(index) = index {
                let number = self.constant(Const::Int(i64::from(index)), Want::Push)?;
                let set = self.load(NameId::CONDITIONAL, Want::Push)?;
                let found = self.put(Op::Contains, 0, number, set, number, Want::Push)?;
                self.u.emit_jump(Op::JumpIfFalse, 0, found, 0, skip);
                self.u.top = base + 1;
            }
            let value = self.annotation(&stmt.annotation)?;
            let name = self.mangle(&name.id);
            let key = self.text_constant(name, Want::Push)?;
            self.u.emit(Op::MapAdd, base, key, value);
            self.u.top = base + 1;
            self.u.place(skip);
        }
        self.u.emit_end(Op::Return, 0, base, 0);
        let (code, free) = self.leave()?;
        let base = self.u.top;
        let flags = self.closure(&free)?;
        let function = self.make_function(code, base, flags, Want::Push)?;
        let name = if in_class {
            "__annotate_func__"
        } else {
            "__annotate__"
        };
        let name = self.names.intern(name);
        let name = self.name(name)?;
        self.u.emit(Op::StoreName, function, name, 0);
        self.u.top = base;
        Ok(())
    }
}
