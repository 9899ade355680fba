//! Functions and lambdas.

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::Reg;
use crate::names::NameId;
use crate::symbols::{ScopeId, ScopeKind, scope_of, used};
use taipan_bytecode::{Code, CodeFlags, Const, Op};
use taipan_syntax::ast::{self, Expr};
use taipan_syntax::{Ranged, TextRange, TextSize};

impl<'a> Generator<'a> {
    pub(crate) fn function_def(&mut self, def: &'a ast::StmtFunctionDef) -> Result<()> {
        let base = self.u.top;
        let range = self.after_decorators(def.range(), &def.decorator_list);
        self.push_decorators(&def.decorator_list)?;
        let into = match (&def.decorator_list[..], &def.type_params) {
            ([], None) => {
                let name = self.mangle(&def.name);
                match self.var(name) {
                    crate::unit::Var::Fast { reg, .. } => Want::Into(reg),
                    _ => Want::Push,
                }
            }
            _ => Want::Push,
        };
        self.u.range = range;
        let first = match def.decorator_list.first() {
            Some(decorator) => TextRange::new(decorator.start(), range.end()),
            None => range,
        };
        let function = match &def.type_params {
            None => self.function(def, first, range, into)?,
            Some(params) => self.generic_function(def, params, first, range)?,
        };
        let value = match self.apply_decorators(&def.decorator_list)? {
            Some(value) => value,
            None => function,
        };
        self.u.range = range;
        let name = self.mangle(&def.name);
        self.store_name(name, value)?;
        self.u.top = base;
        Ok(())
    }

    /// From the keyword on.
    pub(crate) fn after_decorators(
        &self,
        range: TextRange,
        decorators: &[ast::Decorator],
    ) -> TextRange {
        let Some(last) = decorators.last() else {
            return range;
        };
        let bytes = self.source.as_bytes();
        let mut at = last.end().to_usize();
        while at < bytes.len() {
            match bytes[at] {
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => at += 1,
                b'#' => {
                    while at < bytes.len() && bytes[at] != b'\n' {
                        at += 1;
                    }
                }
                _ => break,
            }
        }
        let start = TextSize::new(at as u32).min(range.end());
        TextRange::new(start, range.end())
    }

    pub(crate) fn push_decorators(&mut self, decorators: &'a [ast::Decorator]) -> Result<()> {
        for decorator in decorators {
            self.u.range = decorator.expression.range();
            self.callable(&decorator.expression)?;
        }
        Ok(())
    }

    /// Calls the decorators on the function or class above them; the result is where the first decorator was.
    pub(crate) fn apply_decorators(
        &mut self,
        decorators: &'a [ast::Decorator],
    ) -> Result<Option<Reg>> {
        let mut result = None;
        for decorator in decorators.iter().rev() {
            let callable = self.u.top - 3;
            self.u.range = decorator.expression.range();
            self.put(Op::Call, 0, callable, 1, callable, Want::Push)?;
            result = Some(callable);
        }
        Ok(result)
    }

    /// The function object of a `def` without its decorators and type parameters.
    pub(crate) fn function(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        first: TextRange,
        range: TextRange,
        want: Want,
    ) -> Result<Reg> {
        let base = self.u.top;
        self.u.range = range;
        let flags = self.defaults(&def.parameters)?;
        self.def_with(def, first, range, base, flags, want)
    }

    /// As [`Generator::function`], with the defaults already from `base` up.
    pub(crate) fn def_with(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        first: TextRange,
        range: TextRange,
        base: Reg,
        mut flags: u8,
        want: Want,
    ) -> Result<Reg> {
        self.u.range = range;
        let annotate =
            self.parameter_annotations(&def.parameters, def.returns.as_deref(), range)?;
        let id = scope_of(&def.node_index).expect("numbered by the symbol table");
        let name = self.names.intern(&def.name);
        let qualname = self.qualname(&def.name);
        let in_class = self.u.kind == ScopeKind::Class
            || self.u.kind == ScopeKind::TypeParams
                && self
                    .outer
                    .last()
                    .is_some_and(|unit| unit.kind == ScopeKind::Class);
        self.enter(id, name, qualname, first)?;
        if in_class {
            self.u.flags.insert(CodeFlags::METHOD);
        }
        self.signature(Some(&def.parameters));
        self.function_flags(id, def.is_async);
        let mut body = &def.body[..];
        if let Some((doc, _)) = self.docstring(body) {
            body = &body[1..];
            if self.options.optimize < 2 {
                self.u.constant(doc);
                self.u.flags.insert(CodeFlags::HAS_DOCSTRING);
            }
        }
        self.u.range = Self::point(range.start());
        self.prologue();
        self.body(body)?;
        self.u.range = match def.body.last() {
            Some(last) if self.u.reachable => last.range(),
            _ => range,
        };
        self.return_none()?;
        let (code, free) = self.leave()?;
        self.u.range = range;
        let closure = self.closure(&free)?;
        flags |= closure;
        if let Some((code, free)) = annotate {
            let top = self.u.top;
            let inner = self.closure(&free)?;
            self.make_function(code, top, inner, Want::Push)?;
            flags |= 8;
        }
        self.make_function(code, base, flags, want)
    }

    pub(crate) fn function_flags(&mut self, id: ScopeId, is_async: bool) {
        let generator = self.scopes[id].is_generator;
        let flag = match (is_async, generator) {
            (true, true) => CodeFlags::ASYNC_GENERATOR,
            (true, false) => CodeFlags::COROUTINE,
            (false, true) => CodeFlags::GENERATOR,
            (false, false) => return,
        };
        self.u.flags.insert(flag);
    }

    pub(crate) fn signature(&mut self, parameters: Option<&ast::Parameters>) {
        let Some(parameters) = parameters else { return };
        let posonly = parameters.posonlyargs.len();
        self.u.args = (
            (posonly + parameters.args.len()) as u16,
            posonly as u16,
            parameters.kwonlyargs.len() as u16,
        );
        if parameters.vararg.is_some() {
            self.u.flags.insert(CodeFlags::VARARGS);
        }
        if parameters.kwarg.is_some() {
            self.u.flags.insert(CodeFlags::VARKEYWORDS);
        }
    }

    /// Defaults in new temporaries, as `make_function` takes them; gives its flags.
    pub(crate) fn defaults(&mut self, parameters: &'a ast::Parameters) -> Result<u8> {
        let mut flags = 0;
        let positional: Vec<&Expr> = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .filter_map(|parameter| parameter.default.as_deref())
            .collect();
        if !positional.is_empty() {
            flags |= 1;
            let base = self.u.top;
            let mut values = Vec::new();
            for default in &positional {
                match self.fold(default) {
                    Some(value) => values.push(value),
                    None => break,
                }
            }
            if values.len() == positional.len() {
                self.constant(Const::Tuple(values), Want::Push)?;
            } else {
                for default in &positional {
                    self.push(default)?;
                }
                let count = positional.len() as u16;
                self.put(Op::BuildTuple, 0, base, count, base, Want::Push)?;
            }
        }
        let base = self.u.top;
        let mut count = 0;
        for parameter in &parameters.kwonlyargs {
            if let Some(default) = &parameter.default {
                let name = self.mangle(&parameter.parameter.name);
                self.text_constant(name, Want::Push)?;
                self.push(default)?;
                count += 1;
            }
        }
        if count > 0 {
            flags |= 2;
            self.put(Op::BuildMap, 0, base, count, base, Want::Push)?;
        }
        Ok(flags)
    }

    pub(crate) fn lambda(&mut self, lambda: &'a ast::ExprLambda, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let range = lambda.range();
        let mut flags = match &lambda.parameters {
            Some(parameters) => self.defaults(parameters)?,
            None => 0,
        };
        let id = scope_of(&lambda.node_index).expect("numbered by the symbol table");
        let qualname = self.qualname("<lambda>");
        self.enter(id, NameId::LAMBDA, qualname, range)?;
        self.signature(lambda.parameters.as_deref());
        self.function_flags(id, false);
        self.u.range = Self::point(range.start());
        self.prologue();
        let value = self.operand(&lambda.body)?;
        self.u.range = lambda.body.range();
        self.u.emit_end(Op::Return, 0, value, 0);
        let (code, free) = self.leave()?;
        flags |= self.closure(&free)?;
        self.make_function(code, base, flags, want)
    }

    /// A tuple of the cells named, in a new temporary; gives the flag of `make_function`.
    pub(crate) fn closure(&mut self, free: &[NameId]) -> Result<u8> {
        if free.is_empty() {
            return Ok(0);
        }
        let base = self.u.top;
        for &name in free {
            let cell = self.cell_register(name);
            let dst = self.u.top;
            self.u.emit(Op::Move, dst, cell, 0);
            self.u.set_top(dst + 1)?;
        }
        self.put(Op::BuildTuple, 0, base, free.len() as u16, base, Want::Push)?;
        Ok(4)
    }

    /// The register that holds the cell of a name for an inner function.
    fn cell_register(&self, name: NameId) -> Reg {
        for at in (0..self.u.comps.len()).rev() {
            if let Some((reg, true)) = self.u.hidden(&self.scopes, at, name) {
                return reg;
            }
        }
        self.u
            .cell_of(name)
            .expect("inner free variables are cells or free here")
    }

    pub(crate) fn make_function(
        &mut self,
        code: Code,
        base: Reg,
        flags: u8,
        want: Want,
    ) -> Result<Reg> {
        let at = self.u.constant(Const::Code(Box::new(code)));
        let Ok(at) = u16::try_from(at) else {
            return crate::error::too_large("too many constants");
        };
        self.put(Op::MakeFunction, flags, at, base, base, want)
    }

    /// The qualified name of something defined here.
    pub(crate) fn qualname(&mut self, name: &str) -> String {
        let mut unit = &self.u;
        let mut at = self.outer.len();
        while unit.kind == ScopeKind::TypeParams && at > 0 {
            at -= 1;
            unit = &self.outer[at];
        }
        if at == 0 && unit.kind == ScopeKind::Module {
            return name.to_owned();
        }
        // `global name` makes it one of the module.
        let scope = &self.scopes[unit.scope];
        let class = scope.class_name;
        let id = self.names.mangle(class, name);
        if scope
            .symbol(id)
            .is_some_and(|symbol| symbol.used & used::GLOBAL != 0)
        {
            return name.to_owned();
        }
        match unit.kind {
            ScopeKind::Class => format!("{}.{name}", unit.qualname),
            ScopeKind::Module => name.to_owned(),
            _ => format!("{}.<locals>.{name}", unit.qualname),
        }
    }
}
