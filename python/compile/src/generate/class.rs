//! Class statements.

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::Reg;
use crate::names::NameId;
use crate::symbols::scope_of;
use taipan_bytecode::{Code, Const, Op};
use taipan_syntax::Ranged;
use taipan_syntax::{TextRange, ast};

impl<'a> Generator<'a> {
    pub(crate) fn class_def(&mut self, def: &'a ast::StmtClassDef) -> Result<()> {
        let base = self.u.top;
        let range = self.after_decorators(def.range(), &def.decorator_list);
        self.push_decorators(&def.decorator_list)?;
        let first = match def.decorator_list.first() {
            Some(decorator) => TextRange::new(decorator.start(), range.end()),
            None => range,
        };
        self.u.range = range;
        let class = match &def.type_params {
            None => self.class_object(def, first, range, None, Want::Push)?,
            Some(params) => self.generic_class(def, params, first, range)?,
        };
        let value = self.apply_decorators(&def.decorator_list)?.unwrap_or(class);
        self.u.range = range;
        let name = self.mangle(&def.name);
        self.store_name(name, value)?;
        self.u.top = base;
        Ok(())
    }

    /// Calls `__build_class__`; `generic` is one more base.
    pub(crate) fn class_object(
        &mut self,
        def: &'a ast::StmtClassDef,
        first: TextRange,
        range: TextRange,
        generic: Option<Reg>,
        want: Want,
    ) -> Result<Reg> {
        let base = self.u.top;
        let (code, free) = self.class_body(def, first, range)?;
        self.u.range = range;
        self.u.emit(Op::LoadBuildClass, base, 0, 0);
        self.u.set_top(base + 1)?;
        self.u.emit(Op::MoveCallable, base, base, 0);
        self.u.set_top(base + 2)?;
        let function = self.u.top;
        let flags = self.closure(&free)?;
        self.make_function(code, function, flags, Want::Push)?;
        self.constant(Const::Str(def.name.to_string()), Want::Push)?;
        self.finish_call(base, def.arguments.as_deref(), 2, generic, range, want)
    }

    fn class_body(
        &mut self,
        def: &'a ast::StmtClassDef,
        first: TextRange,
        range: TextRange,
    ) -> Result<(Code, Vec<NameId>)> {
        let id = scope_of(&def.node_index).expect("numbered by the symbol table");
        let name = self.names.intern(&def.name);
        let qualname = self.qualname(&def.name);
        self.enter(id, name, qualname.clone(), first)?;
        self.u.flags.insert(taipan_bytecode::CodeFlags::CLASS_BODY);
        self.u.range = Self::point(range.start());
        self.prologue();
        let base = self.u.top;
        if self.scopes[id].needs_classdict_cell {
            let locals = self.put(Op::LoadLocals, 0, 0, 0, base, Want::Push)?;
            let cell = self.u.cell_of(NameId::CLASSDICT).expect("laid out");
            self.u.emit(Op::StoreCell, cell, locals, 0);
            self.u.top = base;
        }
        let module = self.names.intern("__name__");
        let module = self.name(module)?;
        let value = self.put(Op::LoadName, 0, module, 0, base, Want::Push)?;
        self.store_in_class("__module__", value)?;
        let value = self.constant(Const::Str(qualname), Want::Push)?;
        self.store_in_class("__qualname__", value)?;
        let line = self.index.line_column(first.start()).0;
        let value = self.constant(Const::Int(i64::from(line)), Want::Push)?;
        self.store_in_class("__firstlineno__", value)?;
        if def.type_params.is_some() {
            let value = self.load(NameId::DOT_TYPE_PARAMS, Want::Push)?;
            self.store_in_class("__type_params__", value)?;
        }
        if self.scopes[id].conditional_annotations {
            self.u.emit(Op::BuildSet, base, base, 0);
            self.u.set_top(base + 1)?;
            let cell = self.u.cell_of(NameId::CONDITIONAL).expect("laid out");
            self.u.emit(Op::StoreCell, cell, base, 0);
            self.u.top = base;
        }
        if self.scopes.future_annotations && super::has_annotations(&def.body) {
            self.u.emit(Op::SetupAnnotations, 0, 0, 0);
        }
        let mut body = &def.body[..];
        if let Some((doc, range)) = self.docstring(body) {
            body = &body[1..];
            if self.options.optimize < 2 {
                self.u.range = range;
                let value = self.constant(doc, Want::Push)?;
                self.store_in_class("__doc__", value)?;
            }
        }
        self.body(body)?;
        self.u.range = Self::point(range.start());
        self.deferred_annotations()?;
        self.u.range = Self::point(range.start());
        let mut attributes: Vec<String> = self
            .u
            .static_attributes
            .iter()
            .map(|&name| self.names.text(name).to_owned())
            .collect();
        attributes.sort();
        let attributes = attributes.into_iter().map(Const::Str).collect();
        let value = self.constant(Const::Tuple(attributes), Want::Push)?;
        self.store_in_class("__static_attributes__", value)?;
        if self.scopes[id].needs_classdict_cell {
            let cell = self.u.cell_of(NameId::CLASSDICT).expect("laid out");
            self.store_in_class("__classdictcell__", cell)?;
        }
        if self.scopes[id].needs_class_cell {
            let cell = self.u.cell_of(NameId::CLASS).expect("laid out");
            self.store_in_class("__classcell__", cell)?;
            self.u.emit_end(Op::Return, 0, cell, 0);
        } else {
            self.return_none()?;
        }
        self.leave()
    }

    /// `name = R[value]` in the namespace; temporaries from `value` up are released.
    fn store_in_class(&mut self, name: &str, value: Reg) -> Result<()> {
        let name = self.names.intern(name);
        let name = self.name(name)?;
        self.u.emit(Op::StoreName, value, name, 0);
        if value < self.u.top && usize::from(value) >= self.first_temporary() {
            self.u.top = value;
        }
        Ok(())
    }

    fn first_temporary(&self) -> usize {
        self.u
            .frees
            .iter()
            .chain(&self.u.cells)
            .map(|cell| usize::from(cell.1) + 1)
            .max()
            .unwrap_or(0)
            .max(self.u.varnames.len())
    }
}
