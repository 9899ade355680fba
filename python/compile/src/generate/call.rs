//! Calls in all forms.

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::Reg;
use crate::names::NameId;
use crate::symbols::used;
use crate::unit::Var;
use std::collections::HashSet;
use taipan_bytecode::{Const, Op};
use taipan_syntax::Ranged;
use taipan_syntax::ast::{self, Expr};

impl<'a> Generator<'a> {
    pub(crate) fn call(&mut self, call: &'a ast::ExprCall, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let simple = is_simple(&call.arguments);
        let mut range = call.range();
        match &*call.func {
            Expr::Attribute(func) if simple => {
                let before = self.u.range;
                self.u.range = func.range();
                self.method(func, base)?;
                self.u.range = before;
                range = self.attribute_range(range, func);
            }
            func => {
                let before = self.u.range;
                self.u.range = func.range();
                self.callable(func)?;
                self.u.range = before;
            }
        }
        self.u.set_top(base + 2)?;
        self.finish_call(base, Some(&call.arguments), 0, None, range, want)
    }

    /// A callable and the unset self, in two new temporaries.
    pub(crate) fn callable(&mut self, func: &'a Expr) -> Result<()> {
        let base = self.u.top;
        if let Expr::Name(name) = func {
            let id = self.mangle(&name.id);
            if id != NameId::DEBUG && self.var(id) == Var::Global {
                let name = self.name(id)?;
                self.u.emit(Op::LoadGlobalCallable, base, name, 0);
                return self.u.set_top(base + 2);
            }
        }
        let value = self.operand(func)?;
        self.u.emit(Op::MoveCallable, base, value, 0);
        self.u.set_top(base + 2)
    }

    fn method(&mut self, func: &'a ast::ExprAttribute, base: Reg) -> Result<()> {
        let name = self.mangle(&func.attr);
        if let Expr::Call(call) = &*func.value
            && let Some(d) = self.super_call(call, &func.attr)?
        {
            self.at_attribute(func);
            let name = self.name(name)?;
            self.u.emit_d(Op::LoadSuperMethod, d, base, base + 1, name);
            return Ok(());
        }
        let object = self.operand(&func.value)?;
        self.at_attribute(func);
        let name = self.name(name)?;
        self.u.emit(Op::LoadMethod, base, object, name);
        Ok(())
    }

    /// `super()` or `super(a, b)` with the plain name: puts what `super` means, the class and the object into three new
    /// temporaries, and gives the flag of `load_super_attr`.
    pub(crate) fn super_call(&mut self, call: &'a ast::ExprCall, attr: &str) -> Result<Option<u8>> {
        let Expr::Name(func) = &*call.func else {
            return Ok(None);
        };
        let arguments = &call.arguments;
        if func.id.as_str() != "super"
            || attr == "__class__"
            || !self.u.kind.is_function_like()
            || !arguments.keywords.is_empty()
            || !matches!(arguments.args.len(), 0 | 2)
            || arguments.args.iter().any(Expr::is_starred_expr)
            || self.var(NameId::SUPER) != Var::Global
        {
            return Ok(None);
        }
        // The module may bind the name as well.
        if self.scopes.all[0]
            .symbol(NameId::SUPER)
            .is_some_and(|symbol| symbol.used & used::BOUND != 0)
        {
            return Ok(None);
        }
        let before = self.u.range;
        self.u.range = func.range();
        if arguments.args.len() == 2 {
            self.load(NameId::SUPER, Want::Push)?;
            self.push(&arguments.args[0])?;
            self.push(&arguments.args[1])?;
            self.u.range = before;
            return Ok(Some(0));
        }
        let has_class = self.u.frees.iter().any(|free| free.0 == NameId::CLASS);
        let Some(&first) = self.u.varnames.first() else {
            self.u.range = before;
            return Ok(None);
        };
        if !has_class || self.u.args.0 == 0 || !matches!(self.var(NameId::CLASS), Var::Cell(_)) {
            self.u.range = before;
            return Ok(None);
        }
        self.load(NameId::SUPER, Want::Push)?;
        self.u.range = call.range();
        self.load(NameId::CLASS, Want::Push)?;
        let comps = std::mem::take(&mut self.u.comps);
        let loaded = self.load(first, Want::Push);
        self.u.comps = comps;
        loaded?;
        self.u.range = before;
        Ok(Some(1))
    }

    /// Arguments and call of what is at `base`; `pushed` positional arguments are there already, `extra` is one more.
    pub(crate) fn finish_call(
        &mut self,
        base: Reg,
        arguments: Option<&'a ast::Arguments>,
        pushed: u16,
        extra: Option<Reg>,
        range: taipan_syntax::TextRange,
        want: Want,
    ) -> Result<Reg> {
        let mut count = pushed;
        if let Some(arguments) = arguments {
            self.check_keywords(arguments)?;
            if !is_simple(arguments) {
                return self.call_ex(base, arguments, pushed, extra, range, want);
            }
            for arg in &arguments.args {
                self.push(arg)?;
            }
            count += (arguments.args.len() + arguments.keywords.len()) as u16;
        }
        if let Some(extra) = extra {
            let dst = self.u.top;
            self.put(Op::Move, 0, extra, 0, dst, Want::Push)?;
            count += 1;
        }
        let Some(arguments) = arguments.filter(|arguments| !arguments.keywords.is_empty()) else {
            self.u.range = range;
            return self.put(Op::Call, 0, base, count, base, want);
        };
        for keyword in &arguments.keywords {
            self.push(&keyword.value)?;
        }
        self.u.range = range;
        let names = self.keyword_names(&arguments.keywords);
        let names = self.u.constant(names);
        let dst = self.destination(base, want);
        self.u.emit_call_kw(dst, base, count, names);
        self.settle(base, want)
    }

    fn keyword_names(&mut self, keywords: &[ast::Keyword]) -> Const {
        let mut names = Vec::with_capacity(keywords.len());
        for keyword in keywords {
            if let Some(name) = &keyword.arg {
                // Parameters are private names, what a call gives them is not.
                names.push(Const::Str(name.to_string()));
            }
        }
        Const::Tuple(names)
    }

    fn check_keywords(&mut self, arguments: &ast::Arguments) -> Result<()> {
        let mut seen = HashSet::new();
        for keyword in &arguments.keywords {
            let Some(name) = &keyword.arg else { continue };
            if name.as_str() == "__debug__" {
                return self.error("cannot assign to __debug__", keyword.range());
            }
            if !seen.insert(name.as_str()) {
                return self.error(
                    format!("keyword argument repeated: {name}"),
                    keyword.range(),
                );
            }
        }
        Ok(())
    }

    fn call_ex(
        &mut self,
        base: Reg,
        arguments: &'a ast::Arguments,
        pushed: u16,
        extra: Option<Reg>,
        range: taipan_syntax::TextRange,
        want: Want,
    ) -> Result<Reg> {
        let args = &arguments.args;
        let tuple = base + 2;
        if pushed == 0
            && let [Expr::Starred(star)] = &**args
        {
            let value = self.operand(&star.value)?;
            self.u.range = range;
            self.u.emit(Op::StarArguments, tuple, value, base);
        } else if pushed == 0 && !args.iter().any(Expr::is_starred_expr) {
            for arg in args {
                self.push(arg)?;
            }
            self.u.range = range;
            self.u.emit(Op::BuildTuple, tuple, tuple, args.len() as u16);
        } else {
            // What is pushed already starts the list.
            self.u.emit(Op::BuildList, tuple, tuple, pushed);
            self.u.set_top(tuple + 1)?;
            self.extend_with(args, tuple, Op::ListAppend, Op::ListExtend)?;
            if let Some(extra) = extra {
                self.u.emit(Op::ListAppend, tuple, extra, 0);
            }
            self.u.range = range;
            self.u.emit(Op::ListToTuple, tuple, tuple, 0);
        }
        self.u.set_top(tuple + 1)?;
        let dict = tuple + 1;
        if arguments.keywords.is_empty() {
            self.u.emit(Op::Unbind, dict, 0, 0);
            self.u.set_top(dict + 1)?;
        } else {
            self.keyword_dict(base, &arguments.keywords)?;
        }
        self.u.range = range;
        self.put(Op::CallEx, 0, base, 0, base, want)
    }

    /// A dict of keyword arguments in a new temporary, for a call of `R[callable]`.
    fn keyword_dict(&mut self, callable: Reg, keywords: &'a [ast::Keyword]) -> Result<()> {
        let dict = self.u.top;
        let mut at = 0;
        let mut made = false;
        while at < keywords.len() {
            if keywords[at].arg.is_none() {
                if !made {
                    self.u.emit(Op::BuildMap, dict, dict, 0);
                    self.u.set_top(dict + 1)?;
                    made = true;
                }
                let value = self.operand(&keywords[at].value)?;
                self.u.emit(Op::DictMerge, dict, value, callable);
                self.u.top = dict + 1;
                at += 1;
                continue;
            }
            let run = keywords[at..]
                .iter()
                .take(64)
                .take_while(|keyword| keyword.arg.is_some())
                .count();
            let start = self.u.top;
            for keyword in &keywords[at..at + run] {
                let name = keyword.arg.as_ref().expect("taken while named");
                let name = self.names.intern(name);
                self.text_constant(name, Want::Push)?;
                self.push(&keyword.value)?;
            }
            self.u.emit(Op::BuildMap, start, start, run as u16);
            self.u.set_top(start + 1)?;
            if made {
                self.u.emit(Op::DictMerge, dict, start, callable);
                self.u.top = dict + 1;
            }
            made = true;
            at += run;
        }
        Ok(())
    }
}

/// No `*x` and no `**x`.
fn is_simple(arguments: &ast::Arguments) -> bool {
    arguments.args.len() + arguments.keywords.len() < 1000
        && !arguments.args.iter().any(Expr::is_starred_expr)
        && arguments
            .keywords
            .iter()
            .all(|keyword| keyword.arg.is_some())
}
