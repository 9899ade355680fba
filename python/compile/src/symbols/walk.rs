//! The walk over expressions and patterns that fills the scopes.

use super::visit::{Builder, comp_name};
use super::{CompKind, ScopeKind, used};
use crate::error::{Result, syntax};
use crate::names::NameId;
use taipan_syntax::ast::{self, AtomicNodeIndex, Expr, ExprContext, Pattern};
use taipan_syntax::{Ranged, TextRange};

impl Builder<'_> {
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Result<()> {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn optional(&mut self, expr: Option<&Expr>) -> Result<()> {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Name(name) => self.name(name),
            Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => Ok(()),
            _ => self.deeper(|builder| builder.expr_inner(expr)),
        }
    }

    fn name(&mut self, name: &ast::ExprName) -> Result<()> {
        let flags = match name.ctx {
            ExprContext::Store => used::LOCAL,
            ExprContext::Del => used::LOCAL | used::DELETED,
            ExprContext::Load | ExprContext::Invalid => used::USE,
        };
        if name.ctx == ExprContext::Del && name.id.as_str() == "__debug__" {
            return syntax("cannot delete __debug__", name.range());
        }
        let id = self.bind(&name.id, flags, name.range())?;
        if id == NameId::SUPER && flags == used::USE && self.scope().kind.is_function_like() {
            self.scope().add(NameId::CLASS, used::USE);
        }
        Ok(())
    }

    fn expr_inner(&mut self, expr: &Expr) -> Result<()> {
        match expr {
            Expr::BoolOp(expr) => self.exprs(&expr.values),
            Expr::Named(expr) => self.named(expr),
            Expr::BinOp(expr) => {
                self.expr(&expr.left)?;
                self.expr(&expr.right)
            }
            Expr::UnaryOp(expr) => self.expr(&expr.operand),
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters)?;
                }
                let node = Some(&lambda.node_index);
                self.inside(ScopeKind::Lambda, NameId::LAMBDA, node, |builder, _| {
                    if let Some(parameters) = &lambda.parameters {
                        builder.parameters(parameters)?;
                    }
                    builder.expr(&lambda.body)
                })?;
                Ok(())
            }
            Expr::If(expr) => {
                self.expr(&expr.test)?;
                self.expr(&expr.body)?;
                self.expr(&expr.orelse)
            }
            Expr::Dict(dict) => dict.items.iter().try_for_each(|item| {
                self.optional(item.key.as_ref())?;
                self.expr(&item.value)
            }),
            Expr::Set(set) => self.exprs(&set.elts),
            Expr::ListComp(comp) => self.comprehension(
                CompKind::List,
                &comp.node_index,
                &[&comp.elt],
                &comp.generators,
            ),
            Expr::SetComp(comp) => self.comprehension(
                CompKind::Set,
                &comp.node_index,
                &[&comp.elt],
                &comp.generators,
            ),
            Expr::DictComp(comp) => match &comp.key {
                Some(key) => self.comprehension(
                    CompKind::Dict,
                    &comp.node_index,
                    &[key, &comp.value],
                    &comp.generators,
                ),
                None => syntax(
                    "dict unpacking cannot be used in dict comprehension",
                    comp.range(),
                ),
            },
            Expr::Generator(comp) => self.comprehension(
                CompKind::Generator,
                &comp.node_index,
                &[&comp.elt],
                &comp.generators,
            ),
            Expr::Await(expr) => {
                self.not_in_annotation("await expression", expr.range())?;
                self.expr(&expr.value)?;
                self.scope().awaits = true;
                Ok(())
            }
            Expr::Yield(expr) => {
                self.yields(expr.range())?;
                self.optional(expr.value.as_deref())
            }
            Expr::YieldFrom(expr) => {
                self.yields(expr.range())?;
                self.expr(&expr.value)
            }
            Expr::Compare(expr) => {
                self.expr(&expr.left)?;
                self.exprs(&expr.comparators)
            }
            Expr::Call(call) => {
                self.expr(&call.func)?;
                self.exprs(&call.arguments.args)?;
                call.arguments
                    .keywords
                    .iter()
                    .try_for_each(|keyword| self.expr(&keyword.value))
            }
            Expr::FString(string) => {
                for part in &string.value {
                    if let ast::FStringPart::FString(part) = part {
                        self.elements(&part.elements)?;
                    }
                }
                Ok(())
            }
            Expr::TString(string) => string
                .value
                .as_slice()
                .iter()
                .try_for_each(|part| self.elements(&part.elements)),
            Expr::Attribute(expr) => self.expr(&expr.value),
            Expr::Subscript(expr) => {
                self.expr(&expr.value)?;
                self.expr(&expr.slice)
            }
            Expr::Starred(expr) => self.expr(&expr.value),
            Expr::List(list) => self.exprs(&list.elts),
            Expr::Tuple(tuple) => self.exprs(&tuple.elts),
            Expr::Slice(slice) => {
                self.optional(slice.lower.as_deref())?;
                self.optional(slice.upper.as_deref())?;
                self.optional(slice.step.as_deref())
            }
            _ => Ok(()),
        }
    }

    fn elements(&mut self, elements: &[ast::InterpolatedStringElement]) -> Result<()> {
        elements.iter().try_for_each(|element| match element {
            ast::InterpolatedStringElement::Literal(_) => Ok(()),
            ast::InterpolatedStringElement::Interpolation(element) => {
                self.expr(&element.expression)?;
                match &element.format_spec {
                    Some(spec) => self.deeper(|builder| builder.elements(&spec.elements)),
                    None => Ok(()),
                }
            }
        })
    }

    fn not_in_annotation(&mut self, what: &str, range: TextRange) -> Result<()> {
        let place = match self.scope().kind {
            ScopeKind::Annotation => "an annotation",
            ScopeKind::TypeVariable => "a TypeVar bound",
            ScopeKind::TypeAlias => "a type alias",
            ScopeKind::TypeParams => "the definition of a generic",
            _ => return Ok(()),
        };
        syntax(format!("{what} cannot be used within {place}"), range)
    }

    fn yields(&mut self, range: TextRange) -> Result<()> {
        self.not_in_annotation("yield expression", range)?;
        let place = match self.scope().kind {
            ScopeKind::Comp(CompKind::List) => "list comprehension",
            ScopeKind::Comp(CompKind::Set) => "set comprehension",
            ScopeKind::Comp(CompKind::Dict) => "dict comprehension",
            ScopeKind::Comp(CompKind::Generator) => "generator expression",
            _ => {
                self.scope().is_generator = true;
                return Ok(());
            }
        };
        syntax(format!("'yield' inside {place}"), range)
    }

    fn named(&mut self, expr: &ast::ExprNamed) -> Result<()> {
        if self.in_iterable > 0 {
            return syntax(
                "assignment expression cannot be used in a comprehension iterable expression",
                expr.range(),
            );
        }
        self.not_in_annotation("named expression", expr.range())?;
        let Expr::Name(target) = &*expr.target else {
            return syntax("invalid syntax", expr.range());
        };
        self.expr(&expr.value)?;
        if !matches!(self.scope().kind, ScopeKind::Comp(_)) {
            self.scope().has_walrus = true;
            return self.name(target);
        }
        // The name is bound in the scope around all comprehensions.
        let name = self.mangle(&target.id);
        let mut path = Vec::new();
        let mut at = self.current;
        let outer = loop {
            let scope = &mut self.scopes[at];
            match scope.kind {
                ScopeKind::Comp(_) => {
                    if scope
                        .symbol(name)
                        .is_some_and(|symbol| symbol.used & used::COMP_ITER != 0)
                    {
                        return syntax(
                            format!(
                                "assignment expression cannot rebind comprehension iteration variable '{}'",
                                target.id
                            ),
                            target.range(),
                        );
                    }
                    scope.has_walrus = true;
                    path.push(at);
                    at = scope.parent.expect("comprehensions stand in something");
                }
                ScopeKind::Class => {
                    return syntax(
                        "assignment expression within a comprehension cannot be used in a class body",
                        target.range(),
                    );
                }
                ScopeKind::TypeVariable
                | ScopeKind::TypeAlias
                | ScopeKind::TypeParams
                | ScopeKind::Annotation => {
                    let place = match scope.kind {
                        ScopeKind::TypeVariable => "a TypeVar bound",
                        ScopeKind::TypeAlias => "a type alias",
                        ScopeKind::TypeParams => "the definition of a generic",
                        _ => "an annotation",
                    };
                    return syntax(
                        format!(
                            "assignment expression within a comprehension cannot be used within {place}"
                        ),
                        target.range(),
                    );
                }
                ScopeKind::Module | ScopeKind::Function | ScopeKind::Lambda => break at,
            }
        };
        if name == NameId::DEBUG {
            return syntax("cannot assign to __debug__", target.range());
        }
        let scope = &mut self.scopes[outer];
        scope.has_walrus = true;
        let global = scope.kind == ScopeKind::Module
            || scope
                .symbol(name)
                .is_some_and(|symbol| symbol.used & used::GLOBAL != 0);
        let nonlocal = scope
            .symbol(name)
            .is_some_and(|symbol| symbol.used & used::NONLOCAL != 0);
        if !(nonlocal || global && scope.kind != ScopeKind::Module) {
            scope.add(name, used::LOCAL);
        }
        for id in path {
            let flag = match (self.scopes[id].inlined, global) {
                (true, _) => used::USE,
                (false, true) => used::GLOBAL,
                (false, false) => used::NONLOCAL,
            };
            self.scopes[id].add(name, flag);
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        kind: CompKind,
        node: &AtomicNodeIndex,
        elements: &[&Expr],
        generators: &[ast::Comprehension],
    ) -> Result<()> {
        let Some((first, rest)) = generators.split_first() else {
            return Ok(());
        };
        self.in_iterable += 1;
        let done = self.expr(&first.iter);
        self.in_iterable -= 1;
        done?;
        let parent = self.current;
        let inlined = kind != CompKind::Generator && !self.scope().sees_class;
        let id = self.inside(
            ScopeKind::Comp(kind),
            comp_name(kind),
            Some(node),
            |builder, id| {
                builder.scopes[id].inlined = inlined;
                if !inlined {
                    builder.scopes[id].add(NameId::DOT_ZERO, used::PARAM);
                }
                builder.scopes[id].awaits |= first.is_async;
                builder.target(&first.target)?;
                builder.exprs(&first.ifs)?;
                for generator in rest {
                    builder.scopes[id].awaits |= generator.is_async;
                    builder.target(&generator.target)?;
                    builder.in_iterable += 1;
                    let done = builder.expr(&generator.iter);
                    builder.in_iterable -= 1;
                    done?;
                    builder.exprs(&generator.ifs)?;
                }
                elements
                    .iter()
                    .try_for_each(|element| builder.expr(element))
            },
        )?;
        if inlined {
            self.leave_inlined(id, parent);
        } else if kind != CompKind::Generator && self.scopes[id].awaits {
            self.scopes[parent].awaits = true;
        }
        Ok(())
    }

    /// The target of a comprehension's `for`.
    fn target(&mut self, target: &Expr) -> Result<()> {
        let known = self.scope().symbols.len();
        self.expr(target)?;
        let scope = self.scope();
        for symbol in &mut scope.symbols[known..] {
            if symbol.used & used::LOCAL != 0 {
                symbol.used |= used::COMP_ITER;
            }
        }
        Ok(())
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) -> Result<()> {
        self.deeper(|builder| builder.pattern_inner(pattern))
    }

    fn pattern_inner(&mut self, pattern: &Pattern) -> Result<()> {
        let mut capture = |name: &Option<ast::Identifier>| match name {
            Some(name) => self.bind(name, used::LOCAL, name.range()).map(drop),
            None => Ok(()),
        };
        match pattern {
            Pattern::MatchValue(pattern) => self.expr(&pattern.value),
            Pattern::MatchSingleton(_) => Ok(()),
            Pattern::MatchSequence(pattern) => {
                pattern.patterns.iter().try_for_each(|p| self.pattern(p))
            }
            Pattern::MatchMapping(pattern) => {
                capture(&pattern.rest)?;
                self.exprs(&pattern.keys)?;
                pattern.patterns.iter().try_for_each(|p| self.pattern(p))
            }
            Pattern::MatchClass(pattern) => {
                self.expr(&pattern.cls)?;
                for pattern in &pattern.arguments.patterns {
                    self.pattern(pattern)?;
                }
                for keyword in &pattern.arguments.keywords {
                    self.pattern(&keyword.pattern)?;
                }
                Ok(())
            }
            Pattern::MatchStar(pattern) => capture(&pattern.name),
            Pattern::MatchAs(pattern) => {
                capture(&pattern.name)?;
                match &pattern.pattern {
                    Some(pattern) => self.pattern(pattern),
                    None => Ok(()),
                }
            }
            Pattern::MatchOr(pattern) => pattern.patterns.iter().try_for_each(|p| self.pattern(p)),
        }
    }
}
