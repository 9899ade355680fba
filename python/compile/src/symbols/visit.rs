//! The walk over statements that fills the scopes.

use super::{CompKind, Scope, ScopeId, ScopeKind, Scopes, used};
use crate::error::{Result, syntax, too_deep};
use crate::names::{NameId, Names};
use rustc_hash::FxHashMap;
use taipan_syntax::ast::{self, AtomicNodeIndex, Expr, NodeIndex, Stmt};
use taipan_syntax::{Ranged, TextRange};

/// Trees deeper than this are refused.
pub(crate) const MAX_DEPTH: u32 = 10_000;
/// From this depth on the native stack is checked, and continued elsewhere when it is short.
pub(crate) const CHECKED_DEPTH: u32 = 24;

/// The walk in progress.
pub(super) struct Builder<'n> {
    pub(super) names: &'n mut Names,
    pub(super) scopes: Scopes,
    pub(super) current: ScopeId,
    pub(super) class_name: Option<NameId>,
    pub(super) depth: u32,
    /// Inside a statement whose body may not run (matters for annotations).
    conditional: bool,
    /// Inside how many iterables of comprehensions.
    pub(super) in_iterable: u32,
}

/// Builds the scopes of a tree.
pub(crate) fn build(
    names: &mut Names,
    tree: &ast::Mod,
    future_annotations: bool,
) -> Result<Scopes> {
    let mut builder = Builder {
        names,
        scopes: Scopes {
            all: Vec::new(),
            future_annotations,
            inlined_of: Vec::new(),
        },
        current: ScopeId(0),
        class_name: None,
        depth: 0,
        conditional: false,
        in_iterable: 0,
    };
    builder.new_scope(ScopeKind::Module, NameId::TOP);
    builder.scopes.all[0].parent = None;
    match tree {
        ast::Mod::Module(module) => builder.body(&module.body)?,
        ast::Mod::Expression(expression) => builder.expr(&expression.body)?,
    }
    Ok(builder.scopes)
}

impl<'n> Builder<'n> {
    fn new_scope(&mut self, kind: ScopeKind, name: NameId) -> ScopeId {
        let id = ScopeId(u32::try_from(self.scopes.all.len()).expect("fewer scopes than bytes"));
        self.scopes.all.push(Scope {
            kind,
            name,
            parent: Some(self.current),
            symbols: Vec::new(),
            map: FxHashMap::default(),
            class_name: self.class_name,
            free: Vec::new(),
            inlined: false,
            is_async: false,
            is_generator: false,
            awaits: false,
            has_walrus: false,
            sees_class: false,
            needs_class_cell: false,
            needs_classdict_cell: false,
            annotations: None,
            conditional_annotations: false,
        });
        id
    }

    /// Makes a scope, notes it in `node`, and walks its inside.
    pub(super) fn inside(
        &mut self,
        kind: ScopeKind,
        name: NameId,
        node: Option<&AtomicNodeIndex>,
        walk: impl FnOnce(&mut Self, ScopeId) -> Result<()>,
    ) -> Result<ScopeId> {
        let id = self.new_scope(kind, name);
        if let Some(node) = node {
            node.set(NodeIndex::from(id.0));
        }
        self.within(id, |builder| walk(builder, id))?;
        Ok(id)
    }

    /// Walks something inside the existing scope `id`.
    fn within(&mut self, id: ScopeId, walk: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let outer = std::mem::replace(&mut self.current, id);
        let conditional = std::mem::replace(&mut self.conditional, false);
        let in_iterable = std::mem::replace(&mut self.in_iterable, 0);
        let done = walk(self);
        self.current = outer;
        self.conditional = conditional;
        self.in_iterable = in_iterable;
        done
    }

    pub(super) fn scope(&mut self) -> &mut Scope {
        let id = self.current;
        &mut self.scopes[id]
    }

    pub(super) fn mangle(&mut self, text: &str) -> NameId {
        self.names.mangle(self.class_name, text)
    }

    pub(super) fn bind(&mut self, text: &str, flags: u16, range: TextRange) -> Result<NameId> {
        let name = self.mangle(text);
        if name == NameId::DEBUG && flags & used::USE == 0 {
            return syntax("cannot assign to __debug__", range);
        }
        self.scope().add(name, flags);
        Ok(name)
    }

    /// Checks depth and native stack around a recursive step.
    pub(super) fn deeper<T>(&mut self, step: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        let result = if self.depth <= CHECKED_DEPTH {
            step(self)
        } else if self.depth > MAX_DEPTH {
            too_deep()
        } else {
            stacker::maybe_grow(128 << 10, 2 << 20, || step(self))
        };
        self.depth -= 1;
        result
    }

    fn body(&mut self, body: &[Stmt]) -> Result<()> {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn conditional_body(&mut self, body: &[Stmt]) -> Result<()> {
        let before = std::mem::replace(&mut self.conditional, true);
        let done = self.body(body);
        self.conditional = before;
        done
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<()> {
        self.deeper(|builder| builder.stmt_inner(stmt))
    }

    fn stmt_inner(&mut self, stmt: &Stmt) -> Result<()> {
        match stmt {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::Return(ret) => self.optional(ret.value.as_deref()),
            Stmt::Delete(delete) => self.exprs(&delete.targets),
            Stmt::TypeAlias(alias) => self.type_alias(alias),
            Stmt::Assign(assign) => {
                self.exprs(&assign.targets)?;
                self.expr(&assign.value)
            }
            Stmt::AugAssign(assign) => {
                // The target is read as well.
                if let Expr::Name(name) = &*assign.target {
                    self.bind(&name.id, used::LOCAL, name.range())?;
                }
                self.expr(&assign.target)?;
                self.expr(&assign.value)
            }
            Stmt::AnnAssign(assign) => self.ann_assign(assign),
            Stmt::For(stmt) => {
                self.expr(&stmt.target)?;
                self.expr(&stmt.iter)?;
                self.conditional_body(&stmt.body)?;
                self.conditional_body(&stmt.orelse)
            }
            Stmt::While(stmt) => {
                self.expr(&stmt.test)?;
                self.conditional_body(&stmt.body)?;
                self.conditional_body(&stmt.orelse)
            }
            Stmt::If(stmt) => {
                self.expr(&stmt.test)?;
                self.conditional_body(&stmt.body)?;
                for clause in &stmt.elif_else_clauses {
                    self.optional(clause.test.as_ref())?;
                    self.conditional_body(&clause.body)?;
                }
                Ok(())
            }
            Stmt::With(stmt) => {
                for item in &stmt.items {
                    self.expr(&item.context_expr)?;
                    self.optional(item.optional_vars.as_deref())?;
                }
                self.conditional_body(&stmt.body)
            }
            Stmt::Match(stmt) => {
                self.expr(&stmt.subject)?;
                for case in &stmt.cases {
                    self.pattern(&case.pattern)?;
                    self.optional(case.guard.as_deref())?;
                    self.conditional_body(&case.body)?;
                }
                Ok(())
            }
            Stmt::Raise(raise) => {
                self.optional(raise.exc.as_deref())?;
                self.optional(raise.cause.as_deref())
            }
            Stmt::Try(stmt) => {
                self.conditional_body(&stmt.body)?;
                for ast::ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
                    self.optional(handler.type_.as_deref())?;
                    if let Some(name) = &handler.name {
                        self.bind(name, used::LOCAL | used::DELETED, name.range())?;
                    }
                    self.conditional_body(&handler.body)?;
                }
                self.conditional_body(&stmt.orelse)?;
                self.conditional_body(&stmt.finalbody)
            }
            Stmt::Assert(assert) => {
                self.expr(&assert.test)?;
                self.optional(assert.msg.as_deref())
            }
            Stmt::Import(import) => import.names.iter().try_for_each(|alias| {
                let (text, range) = match &alias.asname {
                    Some(name) => (name.as_str(), name.range()),
                    None => (
                        alias.name.split('.').next().unwrap_or(""),
                        alias.name.range(),
                    ),
                };
                self.bind(text, used::IMPORTED, range).map(drop)
            }),
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        if self.scope().kind != ScopeKind::Module {
                            return syntax("import * only allowed at module level", import.range());
                        }
                        continue;
                    }
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(name, used::IMPORTED, name.range())?;
                }
                Ok(())
            }
            Stmt::Global(stmt) => stmt
                .names
                .iter()
                .try_for_each(|name| self.directive(name, stmt.range(), used::GLOBAL, "global")),
            Stmt::Nonlocal(stmt) => stmt.names.iter().try_for_each(|name| {
                self.directive(name, stmt.range(), used::NONLOCAL, "nonlocal")
            }),
            Stmt::Expr(stmt) => self.expr(&stmt.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {
                Ok(())
            }
        }
    }

    fn directive(
        &mut self,
        name: &ast::Identifier,
        range: TextRange,
        flag: u16,
        word: &str,
    ) -> Result<()> {
        let id = self.mangle(name);
        let before = self.scope().symbol(id).map_or(0, |symbol| symbol.used);
        let text = self.names.text(id);
        if before & used::PARAM != 0 {
            return syntax(format!("name '{text}' is parameter and {word}"), range);
        }
        if before & used::USE != 0 {
            return syntax(
                format!("name '{text}' is used prior to {word} declaration"),
                range,
            );
        }
        if before & used::ANNOTATED != 0 {
            return syntax(format!("annotated name '{text}' can't be {word}"), range);
        }
        if before & used::LOCAL != 0 {
            return syntax(
                format!("name '{text}' is assigned to before {word} declaration"),
                range,
            );
        }
        if (before | flag) & (used::GLOBAL | used::NONLOCAL) == used::GLOBAL | used::NONLOCAL {
            let message = format!("name '{text}' is nonlocal and global");
            let first = self
                .scope()
                .symbol(id)
                .map_or(range, |symbol| symbol.directive);
            return syntax(message, first);
        }
        if flag == used::NONLOCAL && self.scope().kind == ScopeKind::Module {
            return syntax("nonlocal declaration not allowed at module level", range);
        }
        self.scope().add(id, flag).directive = range;
        Ok(())
    }

    fn ann_assign(&mut self, assign: &ast::StmtAnnAssign) -> Result<()> {
        let kind = self.scope().kind;
        if let Expr::Name(name) = &*assign.target {
            let id = self.mangle(&name.id);
            let before = self.scope().symbol(id).map_or(0, |symbol| symbol.used);
            let mut flags = used::LOCAL;
            if assign.simple {
                flags |= used::ANNOTATED;
                for (flag, word) in [(used::GLOBAL, "global"), (used::NONLOCAL, "nonlocal")] {
                    if before & flag != 0 && kind != ScopeKind::Module {
                        let text = self.names.text(id);
                        return syntax(
                            format!("annotated name '{text}' can't be {word}"),
                            assign.range(),
                        );
                    }
                }
                self.bind(&name.id, flags, name.range())?;
            } else if assign.value.is_some() {
                self.bind(&name.id, flags, name.range())?;
            }
        } else {
            self.expr(&assign.target)?;
        }
        let future = self.scopes.future_annotations;
        if !kind.is_function_like() && !future {
            if assign.simple {
                let conditional = self.conditional || kind == ScopeKind::Module;
                self.deferred_annotation(&assign.annotation, conditional)?;
            } else {
                self.expr(&assign.annotation)?;
            }
        }
        self.optional(assign.value.as_deref())
    }

    fn deferred_annotation(&mut self, annotation: &Expr, conditional: bool) -> Result<()> {
        if conditional && !self.scope().conditional_annotations {
            self.scope().conditional_annotations = true;
            if self.scope().kind == ScopeKind::Module {
                self.scope().add(NameId::CONDITIONAL, used::LOCAL);
            }
        }
        let id = match self.scope().annotations {
            Some(id) => id,
            None => {
                let sees_class = self.scope().kind == ScopeKind::Class;
                let id = self.annotation_scope(sees_class);
                self.scope().annotations = Some(id);
                id
            }
        };
        if conditional {
            self.scopes[id].add(NameId::CONDITIONAL, used::USE);
        }
        self.within(id, |builder| builder.expr(annotation))
    }

    fn annotation_scope(&mut self, sees_class: bool) -> ScopeId {
        let id = self.new_scope(ScopeKind::Annotation, NameId::ANNOTATE);
        let scope = &mut self.scopes[id];
        scope.add(NameId::DOT_FORMAT, used::PARAM);
        if sees_class {
            scope.sees_class = true;
            scope.add(NameId::CLASSDICT, used::USE);
        }
        id
    }

    fn function(&mut self, def: &ast::StmtFunctionDef) -> Result<()> {
        self.bind(&def.name, used::LOCAL, def.range())?;
        self.defaults(&def.parameters)?;
        self.decorators(&def.decorator_list)?;
        let name = self.names.intern(&def.name);
        let walk = |builder: &mut Self| {
            builder.parameter_annotations(&def.parameters, def.returns.as_deref())?;
            builder.inside(
                ScopeKind::Function,
                name,
                Some(&def.node_index),
                |builder, id| {
                    builder.scopes[id].is_async = def.is_async;
                    builder.parameters(&def.parameters)?;
                    builder.body(&def.body)
                },
            )?;
            Ok(())
        };
        let Some(params) = &def.type_params else {
            return walk(self);
        };
        self.type_params(params, name, |builder| {
            let parameters = &def.parameters;
            let mut positional = parameters.posonlyargs.iter().chain(&parameters.args);
            if positional.any(|parameter| parameter.default.is_some()) {
                builder.scope().add(NameId::DOT_DEFAULTS, used::PARAM);
            }
            if parameters
                .kwonlyargs
                .iter()
                .any(|parameter| parameter.default.is_some())
            {
                builder.scope().add(NameId::DOT_KWDEFAULTS, used::PARAM);
            }
            walk(builder)
        })
    }

    fn decorators(&mut self, decorators: &[ast::Decorator]) -> Result<()> {
        decorators
            .iter()
            .try_for_each(|decorator| self.expr(&decorator.expression))
    }

    pub(super) fn defaults(&mut self, parameters: &ast::Parameters) -> Result<()> {
        parameters
            .iter_non_variadic_params()
            .try_for_each(|parameter| self.optional(parameter.default.as_deref()))
    }

    pub(super) fn parameters(&mut self, parameters: &ast::Parameters) -> Result<()> {
        for parameter in all_parameters(parameters) {
            let name = self.mangle(&parameter.name);
            if self.scope().symbol(name).is_some() {
                return syntax(
                    format!(
                        "duplicate argument '{}' in function definition",
                        parameter.name
                    ),
                    parameter.range(),
                );
            }
            self.bind(&parameter.name, used::PARAM, parameter.range())?;
        }
        Ok(())
    }

    fn parameter_annotations(
        &mut self,
        parameters: &ast::Parameters,
        returns: Option<&Expr>,
    ) -> Result<()> {
        let any = returns.is_some()
            || all_parameters(parameters).any(|parameter| parameter.annotation.is_some());
        if !any {
            return Ok(());
        }
        let sees_class = self.scope().kind == ScopeKind::Class || self.scope().sees_class;
        let id = self.annotation_scope(sees_class);
        parameters.node_index.set(NodeIndex::from(id.0));
        if self.scopes.future_annotations {
            return Ok(());
        }
        self.within(id, |builder| {
            for parameter in all_parameters(parameters) {
                builder.optional(parameter.annotation.as_deref())?;
            }
            builder.optional(returns)
        })
    }

    fn class(&mut self, def: &ast::StmtClassDef) -> Result<()> {
        self.bind(&def.name, used::LOCAL, def.range())?;
        self.decorators(&def.decorator_list)?;
        let name = self.names.intern(&def.name);
        let walk = |builder: &mut Self| {
            if let Some(arguments) = &def.arguments {
                builder.exprs(&arguments.args)?;
                for keyword in &arguments.keywords {
                    builder.expr(&keyword.value)?;
                }
            }
            let outer = builder.class_name.replace(name);
            builder.inside(
                ScopeKind::Class,
                name,
                Some(&def.node_index),
                |builder, _| {
                    if def.type_params.is_some() {
                        builder.scope().add(NameId::DOT_TYPE_PARAMS, used::USE);
                        let names = builder.names.intern("__type_params__");
                        builder.scope().add(names, used::LOCAL);
                    }
                    builder.body(&def.body)
                },
            )?;
            builder.class_name = outer;
            Ok(())
        };
        let Some(params) = &def.type_params else {
            return walk(self);
        };
        let outer = self.class_name;
        self.class_name = Some(name);
        let done = self.type_params(params, name, |builder| {
            builder.scope().add(NameId::DOT_TYPE_PARAMS, used::LOCAL);
            builder.scope().add(NameId::DOT_GENERIC_BASE, used::LOCAL);
            walk(builder)
        });
        self.class_name = outer;
        done
    }

    /// A scope around something generic; its number goes to the node of the parameter list.
    fn type_params(
        &mut self,
        params: &ast::TypeParams,
        name: NameId,
        walk: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let in_class = self.scope().kind == ScopeKind::Class;
        self.inside(
            ScopeKind::TypeParams,
            name,
            Some(&params.node_index),
            |builder, id| {
                if in_class {
                    builder.scopes[id].sees_class = true;
                    builder.scopes[id].add(NameId::CLASSDICT, used::USE);
                }
                for param in &params.type_params {
                    builder.type_param(param)?;
                }
                walk(builder)
            },
        )?;
        Ok(())
    }

    fn type_param(&mut self, param: &ast::TypeParam) -> Result<()> {
        let (identifier, bound, default, node) = match param {
            ast::TypeParam::TypeVar(param) => (
                &param.name,
                param.bound.as_deref(),
                param.default.as_deref(),
                &param.node_index,
            ),
            ast::TypeParam::TypeVarTuple(param) => (
                &param.name,
                None,
                param.default.as_deref(),
                &param.node_index,
            ),
            ast::TypeParam::ParamSpec(param) => (
                &param.name,
                None,
                param.default.as_deref(),
                &param.node_index,
            ),
        };
        let id = self.mangle(identifier);
        if self
            .scope()
            .symbol(id)
            .is_some_and(|symbol| symbol.used & used::TYPE_PARAM != 0)
        {
            return syntax(
                format!("duplicate type parameter '{identifier}'"),
                param.range(),
            );
        }
        self.bind(identifier, used::TYPE_PARAM | used::LOCAL, param.range())?;
        let name = self.names.intern(identifier);
        // Two scopes with consecutive numbers: bound, default.
        let sees_class = self.scope().sees_class;
        let first = self.new_scope(ScopeKind::TypeVariable, name);
        let second = self.new_scope(ScopeKind::TypeVariable, name);
        node.set(NodeIndex::from(first.0));
        for (id, expr) in [(first, bound), (second, default)] {
            let scope = &mut self.scopes[id];
            scope.add(NameId::DOT_FORMAT, used::PARAM);
            if let Some(expr) = expr {
                if sees_class {
                    scope.sees_class = true;
                    scope.add(NameId::CLASSDICT, used::USE);
                }
                self.within(id, |builder| match expr {
                    Expr::Starred(star) => builder.expr(&star.value),
                    _ => builder.expr(expr),
                })?;
            }
        }
        Ok(())
    }

    fn type_alias(&mut self, alias: &ast::StmtTypeAlias) -> Result<()> {
        self.expr(&alias.name)?;
        let Expr::Name(name) = &*alias.name else {
            return syntax("invalid syntax", alias.name.range());
        };
        let name = self.names.intern(&name.id);
        let walk = |builder: &mut Self| {
            let scope = builder.scope();
            let sees_class = scope.kind == ScopeKind::Class || scope.sees_class;
            builder.inside(
                ScopeKind::TypeAlias,
                name,
                Some(&alias.node_index),
                |builder, id| {
                    let scope = &mut builder.scopes[id];
                    scope.add(NameId::DOT_FORMAT, used::PARAM);
                    if sees_class {
                        scope.sees_class = true;
                        scope.add(NameId::CLASSDICT, used::USE);
                    }
                    builder.expr(&alias.value)
                },
            )?;
            Ok(())
        };
        match &alias.type_params {
            Some(params) => self.type_params(params, name, walk),
            None => walk(self),
        }
    }

    pub(super) fn leave_inlined(&mut self, id: ScopeId, parent: ScopeId) {
        let awaits = self.scopes[id].awaits;
        self.scopes[parent].awaits |= awaits;
        if self.scopes[parent].kind == ScopeKind::Class {
            return;
        }
        let uses: Vec<NameId> = self.scopes[id]
            .symbols
            .iter()
            .filter(|symbol| symbol.used & (used::BOUND | used::GLOBAL | used::NONLOCAL) == 0)
            .map(|symbol| symbol.name)
            .collect();
        for name in uses {
            self.scopes[parent].add(name, used::USE);
        }
    }
}

/// The parameters in the order of their registers.
pub(crate) fn all_parameters(
    parameters: &ast::Parameters,
) -> impl Iterator<Item = &ast::Parameter> {
    parameters
        .iter_non_variadic_params()
        .map(|parameter| &parameter.parameter)
        .chain(parameters.vararg.as_deref())
        .chain(parameters.kwarg.as_deref())
}

/// Name of the scope of a comprehension.
pub(super) fn comp_name(kind: CompKind) -> NameId {
    match kind {
        CompKind::List => NameId::LISTCOMP,
        CompKind::Set => NameId::SETCOMP,
        CompKind::Dict => NameId::DICTCOMP,
        CompKind::Generator => NameId::GENEXPR,
    }
}
