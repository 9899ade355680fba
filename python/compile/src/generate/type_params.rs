//! Type parameters: generic functions and classes, and `type` statements (PEP 695, 696).

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::Reg;
use crate::names::NameId;
use crate::symbols::{ScopeId, scope_of};
use taipan_bytecode::{Const, Intrinsic, Op};
use taipan_syntax::ast::{self, Expr, TypeParam};
use taipan_syntax::{Ranged, TextRange};

impl<'a> Generator<'a> {
    fn intrinsic(&mut self, which: Intrinsic, base: Reg) -> Result<Reg> {
        self.put(Op::CallIntrinsic, 0, base, which as u16, base, Want::Push)
    }

    fn enter_type_params(
        &mut self,
        params: &'a ast::TypeParams,
        name: &str,
        range: TextRange,
    ) -> Result<()> {
        let id = scope_of(&params.node_index).expect("numbered by the symbol table");
        let text = format!("<generic parameters of {name}>");
        let qualname = self.qualname(&text);
        let name = self.names.intern(&text);
        self.enter(id, name, qualname, range)?;
        self.u.range = range;
        self.prologue();
        Ok(())
    }

    pub(crate) fn generic_function(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        params: &'a ast::TypeParams,
        first: TextRange,
        range: TextRange,
    ) -> Result<Reg> {
        let base = self.u.top;
        let parameters = &def.parameters;
        let mut positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let mut flags = u8::from(positional.any(|parameter| parameter.default.is_some()));
        if parameters
            .kwonlyargs
            .iter()
            .any(|parameter| parameter.default.is_some())
        {
            flags |= 2;
        }
        self.enter_type_params(params, &def.name, range)?;
        self.u.args = (flags.count_ones() as u16, 0, 0);
        let tuple = self.type_params(params)?;
        let function = self.u.top;
        for (flag, name) in [(1, NameId::DOT_DEFAULTS), (2, NameId::DOT_KWDEFAULTS)] {
            if flags & flag != 0 {
                self.load(name, Want::Push)?;
            }
        }
        self.def_with(def, first, range, function, flags, Want::Push)?;
        let second = self.u.top;
        self.put(Op::Move, 0, tuple, 0, second, Want::Push)?;
        let result = self.intrinsic(Intrinsic::SetFunctionTypeParams, function)?;
        self.u.emit_end(Op::Return, 0, result, 0);
        self.call_type_params(base, |generator| {
            generator.u.range = range;
            generator.defaults(parameters)?;
            Ok(flags.count_ones() as u16)
        })
    }

    /// Ends the code object of a type parameter scope and calls it with what `arguments` pushes.
    fn call_type_params(
        &mut self,
        base: Reg,
        arguments: impl FnOnce(&mut Self) -> Result<u16>,
    ) -> Result<Reg> {
        let (code, free) = self.leave()?;
        let flags = self.closure(&free)?;
        self.make_function(code, base, flags, Want::Push)?;
        self.u.emit(Op::MoveCallable, base, base, 0);
        self.u.set_top(base + 2)?;
        let count = arguments(self)?;
        self.put(Op::Call, 0, base, count, base, Want::Push)
    }

    pub(crate) fn generic_class(
        &mut self,
        def: &'a ast::StmtClassDef,
        params: &'a ast::TypeParams,
        first: TextRange,
        range: TextRange,
    ) -> Result<Reg> {
        let base = self.u.top;
        self.enter_type_params(params, &def.name, range)?;
        let tuple = self.type_params(params)?;
        self.store_name(NameId::DOT_TYPE_PARAMS, tuple)?;
        let generic = self.intrinsic(Intrinsic::SubscriptGeneric, tuple)?;
        self.store_name(NameId::DOT_GENERIC_BASE, generic)?;
        self.u.top = tuple;
        let generic = self.load(NameId::DOT_GENERIC_BASE, Want::Any)?;
        let class = self.class_object(def, first, range, Some(generic), Want::Push)?;
        self.u.emit_end(Op::Return, 0, class, 0);
        self.call_type_params(base, |_| Ok(0))
    }

    pub(crate) fn type_alias(&mut self, stmt: &'a ast::StmtTypeAlias) -> Result<()> {
        let base = self.u.top;
        let range = stmt.range();
        let Expr::Name(name) = &*stmt.name else {
            return self.error("invalid syntax", stmt.name.range());
        };
        let alias = match &stmt.type_params {
            None => {
                self.constant(Const::Str(name.id.to_string()), Want::Push)?;
                self.constant(Const::None, Want::Push)?;
                self.alias_value(stmt, &name.id)?;
                self.intrinsic(Intrinsic::TypeAlias, base)?
            }
            Some(params) => {
                self.enter_type_params(params, &name.id, range)?;
                let inner = self.u.top;
                self.constant(Const::Str(name.id.to_string()), Want::Push)?;
                self.type_params(params)?;
                self.alias_value(stmt, &name.id)?;
                let alias = self.intrinsic(Intrinsic::TypeAlias, inner)?;
                self.u.emit_end(Op::Return, 0, alias, 0);
                self.call_type_params(base, |_| Ok(0))?
            }
        };
        self.u.range = range;
        let name = self.mangle(&name.id);
        self.store_name(name, alias)?;
        self.u.top = base;
        Ok(())
    }

    fn alias_value(&mut self, stmt: &'a ast::StmtTypeAlias, name: &str) -> Result<()> {
        let id = scope_of(&stmt.node_index).expect("numbered by the symbol table");
        self.evaluator(id, name, &stmt.value, stmt.range())?;
        Ok(())
    }

    /// A function that evaluates an expression later, in a new temporary.
    fn evaluator(
        &mut self,
        id: ScopeId,
        name: &str,
        value: &'a Expr,
        range: TextRange,
    ) -> Result<Reg> {
        let qualname = self.qualname(name);
        let name = self.names.intern(name);
        self.enter_evaluator(id, name, qualname, range)?;
        let base = self.u.top;
        let result = match value {
            Expr::Starred(star) => {
                // `*Ts = *default`: a tuple with one unpacked value is what the default is.
                let value = self.operand(&star.value)?;
                self.u.emit(Op::UnpackSequence, base, value, 1);
                self.u.set_top(base + 1)?;
                base
            }
            value => self.operand(value)?,
        };
        self.u.emit_end(Op::Return, 0, result, 0);
        let (code, free) = self.leave()?;
        let base = self.u.top;
        self.constant(Const::Tuple(vec![Const::Int(1)]), Want::Push)?;
        let flags = self.closure(&free)?;
        self.make_function(code, base, flags | 1, Want::Push)
    }

    /// The tuple of all type parameters in a new temporary; each is bound to its name as well.
    fn type_params(&mut self, params: &'a ast::TypeParams) -> Result<Reg> {
        let base = self.u.top;
        let mut seen_default = false;
        for param in &params.type_params {
            let default = match param {
                TypeParam::TypeVar(param) => &param.default,
                TypeParam::TypeVarTuple(param) => &param.default,
                TypeParam::ParamSpec(param) => &param.default,
            };
            if default.is_none() && seen_default {
                return self.error(
                    format!(
                        "non-default type parameter '{}' follows default type parameter",
                        param.name()
                    ),
                    param.range(),
                );
            }
            seen_default |= default.is_some();
            self.type_param(param)?;
        }
        let count = params.type_params.len() as u16;
        self.put(Op::BuildTuple, 0, base, count, base, Want::Push)
    }

    fn type_param(&mut self, param: &'a TypeParam) -> Result<()> {
        let base = self.u.top;
        self.u.range = param.range();
        let (name, bound, default, node, plain) = match param {
            TypeParam::TypeVar(param) => (
                &param.name,
                param.bound.as_deref(),
                param.default.as_deref(),
                &param.node_index,
                Intrinsic::TypeVar,
            ),
            TypeParam::TypeVarTuple(param) => (
                &param.name,
                None,
                param.default.as_deref(),
                &param.node_index,
                Intrinsic::TypeVarTuple,
            ),
            TypeParam::ParamSpec(param) => (
                &param.name,
                None,
                param.default.as_deref(),
                &param.node_index,
                Intrinsic::ParamSpec,
            ),
        };
        let first = scope_of(node).expect("numbered by the symbol table");
        self.constant(Const::Str(name.to_string()), Want::Push)?;
        let mut kind = plain;
        if let Some(bound) = bound {
            kind = match bound.is_tuple_expr() {
                true => Intrinsic::TypeVarWithConstraints,
                false => Intrinsic::TypeVarWithBound,
            };
            self.evaluator(first, name, bound, bound.range())?;
        }
        self.u.range = param.range();
        self.intrinsic(kind, base)?;
        if let Some(default) = default {
            self.evaluator(ScopeId(first.0 + 1), name, default, default.range())?;
            self.u.range = param.range();
            self.intrinsic(Intrinsic::SetTypeParamDefault, base)?;
        }
        let id = self.mangle(name);
        self.store_name(id, base)?;
        self.u.set_top(base + 1)
    }
}
