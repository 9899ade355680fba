//! Scopes and their symbols: which name means what where.
//!
//! [`build`](visit::build) walks the tree once and notes for each scope how its names are used; [`resolve`](resolve::resolve)
//! then decides for each name whether it is local, a cell, free or global. Scope numbers are left in the `node_index` of the
//! nodes that make scopes.

pub(crate) mod resolve;
pub(crate) mod visit;
mod walk;

use crate::names::NameId;
use rustc_hash::FxHashMap;
use taipan_syntax::TextRange;
use taipan_syntax::ast::AtomicNodeIndex;

/// Number of a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ScopeId(pub(crate) u32);

/// The kinds of comprehensions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CompKind {
    List,
    Set,
    Dict,
    Generator,
}

/// What makes a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ScopeKind {
    Module,
    Class,
    Function,
    Lambda,
    Comp(CompKind),
    /// The body of an `__annotate__` function.
    Annotation,
    /// Around a generic function or class.
    TypeParams,
    /// The value of a `type` statement.
    TypeAlias,
    /// Bound, constraints or default of a type parameter.
    TypeVariable,
}

impl ScopeKind {
    pub(crate) fn is_function_like(self) -> bool {
        !matches!(self, ScopeKind::Module | ScopeKind::Class)
    }
}

/// How a name was used in a scope.
pub(crate) mod used {
    pub(crate) const GLOBAL: u16 = 1;
    pub(crate) const LOCAL: u16 = 2;
    pub(crate) const PARAM: u16 = 4;
    pub(crate) const NONLOCAL: u16 = 8;
    pub(crate) const USE: u16 = 16;
    pub(crate) const ANNOTATED: u16 = 32;
    pub(crate) const COMP_ITER: u16 = 64;
    pub(crate) const TYPE_PARAM: u16 = 128;
    pub(crate) const DELETED: u16 = 256;
    /// Found to be used by an inner scope with a code object of its own.
    pub(crate) const CAPTURED: u16 = 512;
    /// Bound by an import: unlike other assignments, one that a `global` or `nonlocal` may follow.
    pub(crate) const IMPORTED: u16 = 1024;
    pub(crate) const BOUND: u16 = LOCAL | PARAM | TYPE_PARAM | IMPORTED;
}

/// What a name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Meaning {
    Unresolved,
    Local,
    Cell,
    Free,
    GlobalExplicit,
    GlobalImplicit,
}

/// A name in a scope.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    pub(crate) name: NameId,
    pub(crate) used: u16,
    pub(crate) meaning: Meaning,
    /// Of the `global` or `nonlocal` statement.
    pub(crate) directive: TextRange,
}

/// A scope.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    pub(crate) name: NameId,
    pub(crate) parent: Option<ScopeId>,
    pub(crate) symbols: Vec<Symbol>,
    map: FxHashMap<NameId, u32>,
    /// The class whose private names are mangled here.
    pub(crate) class_name: Option<NameId>,
    /// Names whose cells come from outside, in no particular order.
    pub(crate) free: Vec<NameId>,
    /// Is compiled into its parent's code.
    pub(crate) inlined: bool,
    pub(crate) is_async: bool,
    pub(crate) is_generator: bool,
    /// Contains `await` or an asynchronous comprehension.
    pub(crate) awaits: bool,
    /// Assignment expressions bind names of this scope.
    pub(crate) has_walrus: bool,
    /// Reads names through the namespace of the class around.
    pub(crate) sees_class: bool,
    pub(crate) needs_class_cell: bool,
    pub(crate) needs_classdict_cell: bool,
    /// Where the deferred annotations of this module or class are compiled.
    pub(crate) annotations: Option<ScopeId>,
    pub(crate) conditional_annotations: bool,
}

impl Scope {
    pub(crate) fn symbol(&self, name: NameId) -> Option<&Symbol> {
        if self.symbols.len() <= 8 {
            return self.symbols.iter().find(|symbol| symbol.name == name);
        }
        self.map.get(&name).map(|&at| &self.symbols[at as usize])
    }

    fn symbol_mut(&mut self, name: NameId) -> Option<&mut Symbol> {
        if self.symbols.len() <= 8 {
            return self.symbols.iter_mut().find(|symbol| symbol.name == name);
        }
        let at = *self.map.get(&name)?;
        Some(&mut self.symbols[at as usize])
    }

    fn add(&mut self, name: NameId, used: u16) -> &mut Symbol {
        let len = self.symbols.len();
        let found = if len <= 8 {
            self.symbols.iter().position(|symbol| symbol.name == name)
        } else {
            self.map.get(&name).map(|&at| at as usize)
        };
        let at = found.unwrap_or_else(|| {
            self.symbols.push(Symbol {
                name,
                used: 0,
                meaning: Meaning::Unresolved,
                directive: TextRange::default(),
            });
            if len == 8 {
                for (at, symbol) in self.symbols.iter().enumerate() {
                    self.map.insert(symbol.name, at as u32);
                }
            } else if len > 8 {
                self.map.insert(name, len as u32);
            }
            len
        });
        let symbol = &mut self.symbols[at];
        symbol.used |= used;
        symbol
    }

    /// What the name means in code of this scope.
    pub(crate) fn meaning(&self, name: NameId) -> Meaning {
        self.symbol(name)
            .map_or(Meaning::GlobalImplicit, |symbol| symbol.meaning)
    }
}

/// All scopes of a compilation; the module is number 0.
#[derive(Debug)]
pub(crate) struct Scopes {
    pub(crate) all: Vec<Scope>,
    /// `from __future__ import annotations` is in force.
    pub(crate) future_annotations: bool,
    /// For each scope: the comprehensions compiled into its code.
    pub(crate) inlined_of: Vec<Vec<ScopeId>>,
}

impl std::ops::Index<ScopeId> for Scopes {
    type Output = Scope;
    fn index(&self, id: ScopeId) -> &Scope {
        &self.all[id.0 as usize]
    }
}

impl std::ops::IndexMut<ScopeId> for Scopes {
    fn index_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.all[id.0 as usize]
    }
}

/// The scope that was left in a node.
pub(crate) fn scope_of(node: &AtomicNodeIndex) -> Option<ScopeId> {
    node.load().as_u32().map(ScopeId)
}
