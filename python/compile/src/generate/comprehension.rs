//! Comprehensions: inlined with registers of their own, or as functions (generators, and inside annotation scopes of classes).

use super::{Generator, Want};
use crate::error::Result;
use crate::ir::{Label, Reg};
use crate::names::NameId;
use crate::symbols::{CompKind, ScopeId, scope_of, used};
use taipan_bytecode::{CodeFlags, Op};
use taipan_syntax::ast::{self, Comprehension, Expr};
use taipan_syntax::{Ranged, TextRange};

/// A comprehension of any kind.
#[derive(Clone, Copy)]
struct Comp<'a> {
    kind: CompKind,
    key: Option<&'a Expr>,
    value: &'a Expr,
    generators: &'a [Comprehension],
    range: TextRange,
}

/// What is opened by the `for` clauses, to be closed from the inside out.
enum Opened {
    Loop {
        top: Label,
        exit: Label,
        asynchronous: Option<u32>,
        base: Reg,
    },
    Once {
        skip: Label,
    },
}

impl<'a> Generator<'a> {
    pub(crate) fn comprehension(&mut self, expr: &'a Expr, want: Want) -> Result<Reg> {
        let (kind, key, value, generators, node) = match expr {
            Expr::ListComp(c) => (CompKind::List, None, &*c.elt, &c.generators, &c.node_index),
            Expr::SetComp(c) => (CompKind::Set, None, &*c.elt, &c.generators, &c.node_index),
            Expr::DictComp(c) => (
                CompKind::Dict,
                c.key.as_deref(),
                &*c.value,
                &c.generators,
                &c.node_index,
            ),
            Expr::Generator(c) => (
                CompKind::Generator,
                None,
                &*c.elt,
                &c.generators,
                &c.node_index,
            ),
            _ => return self.error("invalid syntax", expr.range()),
        };
        if let Expr::Starred(star) = value {
            return self.error(
                "iterable unpacking cannot be used in comprehension",
                star.range(),
            );
        }
        let comp = Comp {
            kind,
            key,
            value,
            generators,
            range: expr.range(),
        };
        let id = scope_of(node).expect("numbered by the symbol table");
        let awaits = self.scopes[id].awaits;
        if awaits && kind != CompKind::Generator && !self.is_async() {
            return self.error(
                "asynchronous comprehension outside of an asynchronous function",
                expr.range(),
            );
        }
        if self.scopes[id].inlined {
            self.inlined(comp, id, want)
        } else {
            self.as_function(comp, id, want)
        }
    }

    fn inlined(&mut self, comp: Comp<'a>, id: ScopeId, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let build = match comp.kind {
            CompKind::Set => Op::BuildSet,
            CompKind::Dict => Op::BuildMap,
            _ => Op::BuildList,
        };
        let first = &comp.generators[0];
        self.u.emit(build, base, base, 0);
        self.u.set_top(base + 1)?;
        // The outermost iterable belongs to the scope around.
        let iterable = self.iterable_of(first)?;
        self.u.range = first.iter.range();
        let op = if first.is_async {
            Op::GetAIter
        } else {
            Op::GetIter
        };
        self.put(op, 0, iterable, 0, base + 1, Want::Push)?;
        self.u.range = comp.range;
        self.u.comps.push(id);
        let hidden = self.open_variables(id, first)?;
        let done = self.clauses(comp, Some(base), base + 1);
        self.u.range = comp.range;
        for (reg, _) in hidden {
            self.u.emit(Op::Unbind, reg, 0, 0);
        }
        self.u.comps.pop();
        done?;
        self.u.top = base + 1;
        self.deliver(base, want)
    }

    fn iterable_of(&mut self, generator: &'a Comprehension) -> Result<Reg> {
        match generator.is_async {
            true => self.operand(&generator.iter),
            false => self.iterable(&generator.iter),
        }
    }

    /// Starts the lives of the variables of an inlined comprehension; gives their registers.
    fn open_variables(&mut self, id: ScopeId, first: &Comprehension) -> Result<Vec<(Reg, bool)>> {
        let at = self.u.comps.len() - 1;
        let names: Vec<NameId> = self.scopes[id]
            .symbols
            .iter()
            .filter(|symbol| symbol.used & used::BOUND != 0)
            .map(|symbol| symbol.name)
            .collect();
        let mut found = Vec::new();
        for name in names {
            let Some((reg, cell)) = self.u.hidden(&self.scopes, at, name) else {
                continue;
            };
            // What the first clause binds is bound before anything can read it.
            if cell || !plainly_binds(&first.target, self.names.text(name)) {
                self.u.emit(Op::Unbind, reg, 0, 0);
            }
            if cell {
                self.u.emit(Op::MakeCell, reg, 0, 0);
            }
            found.push((reg, cell));
        }
        Ok(found)
    }

    /// All clauses around the element, which goes to the collection in `into`, or is yielded. The first iterator is in
    /// `iterator`, the topmost temporary or a parameter.
    fn clauses(&mut self, comp: Comp<'a>, into: Option<Reg>, iterator: Reg) -> Result<()> {
        let start = self.u.top;
        let mut opened = Vec::new();
        for (at, generator) in comp.generators.iter().enumerate() {
            let base = self.u.top;
            let mut iterator = iterator;
            if at > 0 {
                if let Some(item) = single_item(generator) {
                    let skip = self.u.label();
                    match self.fast_target(&generator.target) {
                        Some(reg) => self.expr(item, Want::Into(reg))?,
                        None => {
                            let value = self.operand(item)?;
                            self.store(&generator.target, value)?;
                            value
                        }
                    };
                    self.u.top = base;
                    for test in &generator.ifs {
                        self.jump_if(test, false, skip)?;
                    }
                    opened.push(Opened::Once { skip });
                    continue;
                }
                let iterable = self.iterable_of(generator)?;
                self.u.range = generator.iter.range();
                let op = if generator.is_async {
                    Op::GetAIter
                } else {
                    Op::GetIter
                };
                iterator = self.put(op, 0, iterable, 0, base, Want::Push)?;
            }
            self.u.range = generator.iter.range();
            let exit = self.u.label();
            let top = self.u.loop_header()?;
            let asynchronous = match generator.is_async {
                true => Some(self.async_next(iterator, &generator.target)?),
                false => {
                    self.next_into(iterator, &generator.target, exit)?;
                    None
                }
            };
            for test in &generator.ifs {
                self.jump_if(test, false, top)?;
            }
            opened.push(Opened::Loop {
                top,
                exit,
                asynchronous,
                base: if at > 0 { base } else { start },
            });
        }
        self.element(comp, into)?;
        for opened in opened.into_iter().rev() {
            match opened {
                Opened::Once { skip } => self.u.place(skip),
                Opened::Loop {
                    top,
                    exit,
                    asynchronous,
                    base,
                } => {
                    self.u.jump(top);
                    if let Some(handler) = asynchronous {
                        self.end_async(handler, exit)?;
                    }
                    self.u.top = base;
                    self.u.place(exit);
                }
            }
        }
        Ok(())
    }

    fn element(&mut self, comp: Comp<'a>, into: Option<Reg>) -> Result<()> {
        let base = self.u.top;
        self.u.range = comp.value.range();
        match (into, comp.key) {
            (Some(into), Some(key)) => {
                let key = self.operand_before(key, &[comp.value])?;
                let value = self.operand(comp.value)?;
                self.u.emit(Op::MapAdd, into, key, value);
            }
            (Some(into), None) => {
                let value = self.operand(comp.value)?;
                let op = match comp.kind {
                    CompKind::Set => Op::SetAdd,
                    _ => Op::ListAppend,
                };
                self.u.emit(op, into, value, 0);
            }
            (None, _) => {
                let value = self.operand(comp.value)?;
                self.put(Op::Yield, 0, value, 0, base, Want::Push)?;
            }
        }
        self.u.top = base;
        Ok(())
    }

    fn as_function(&mut self, comp: Comp<'a>, id: ScopeId, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let name = self.scopes[id].name;
        let awaits = self.scopes[id].awaits;
        let text = self.names.text(name).to_owned();
        let qualname = self.qualname(&text);
        let first = &comp.generators[0];
        self.enter(id, name, qualname, comp.range)?;
        self.u.args = (1, 1, 0);
        let flag = match (comp.kind, awaits) {
            (CompKind::Generator, true) => Some(CodeFlags::ASYNC_GENERATOR),
            (CompKind::Generator, false) => Some(CodeFlags::GENERATOR),
            (_, true) => Some(CodeFlags::COROUTINE),
            (_, false) => None,
        };
        if let Some(flag) = flag {
            self.u.flags.insert(flag);
        }
        self.u.range = comp.range;
        self.prologue();
        if comp.kind == CompKind::Generator {
            self.clauses(comp, None, 0)?;
            self.u.range = comp.range;
            self.return_none()?;
        } else {
            let build = match comp.kind {
                CompKind::Set => Op::BuildSet,
                CompKind::Dict => Op::BuildMap,
                _ => Op::BuildList,
            };
            let result = self.u.top;
            self.u.emit(build, result, result, 0);
            self.u.set_top(result + 1)?;
            self.clauses(comp, Some(result), 0)?;
            self.u.range = comp.range;
            self.u.emit_end(Op::Return, 0, result, 0);
        }
        let (code, free) = self.leave()?;
        self.u.range = comp.range;
        let flags = self.closure(&free)?;
        self.make_function(code, base, flags, Want::Push)?;
        self.u.emit(Op::MoveCallable, base, base, 0);
        self.u.set_top(base + 2)?;
        let iterable = self.iterable_of(first)?;
        self.u.range = first.iter.range();
        let op = if first.is_async {
            Op::GetAIter
        } else {
            Op::GetIter
        };
        self.put(op, 0, iterable, 0, base + 2, Want::Push)?;
        self.u.range = comp.range;
        if awaits && comp.kind != CompKind::Generator {
            self.put(Op::Call, 0, base, 1, base, Want::Push)?;
            return self.delegate(Op::GetAwaitable, 0, base, base, want);
        }
        self.put(Op::Call, 0, base, 1, base, want)
    }
}

/// `for x in [item]` is an assignment.
fn single_item(generator: &Comprehension) -> Option<&Expr> {
    if generator.is_async {
        return None;
    }
    let items = match &generator.iter {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    match &items[..] {
        [item] if !item.is_starred_expr() => Some(item),
        _ => None,
    }
}

/// The target is a name, or names in tuples, among them this one.
fn plainly_binds(target: &Expr, name: &str) -> bool {
    match target {
        Expr::Name(target) => target.id.as_str() == name,
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
            elts.iter().all(Expr::is_name_expr) && elts.iter().any(|elt| plainly_binds(elt, name))
        }
        _ => false,
    }
}
