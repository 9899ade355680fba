//! Deciding what each name means, innermost uses looking outward.

use super::{Meaning, ScopeId, ScopeKind, Scopes, used};
use crate::error::{Result, syntax};
use crate::names::{NameId, Names};

/// Resolves all names of all scopes.
pub(crate) fn resolve(scopes: &mut Scopes, names: &Names) -> Result<()> {
    // Parents come before children, so inner uses meet finished outer scopes; captures only ever turn Local into Cell.
    for at in 0..scopes.all.len() {
        let id = ScopeId(at as u32);
        let mut symbol_at = 0;
        while symbol_at < scopes[id].symbols.len() {
            let meaning = meaning_of(scopes, names, id, symbol_at)?;
            let symbol = &mut scopes[id].symbols[symbol_at];
            if !(symbol.meaning == Meaning::Cell && meaning == Meaning::Local) {
                symbol.meaning = meaning;
            }
            symbol_at += 1;
        }
    }
    scopes.inlined_of = vec![Vec::new(); scopes.all.len()];
    for at in 0..scopes.all.len() {
        let id = ScopeId(at as u32);
        let mut owner = id;
        while scopes[owner].inlined {
            owner = scopes[owner].parent.expect("inlined into something");
        }
        if owner != id {
            scopes.inlined_of[owner.0 as usize].push(id);
        }
    }
    Ok(())
}

fn meaning_of(scopes: &mut Scopes, names: &Names, id: ScopeId, at: usize) -> Result<Meaning> {
    let symbol = &scopes[id].symbols[at];
    let (name, flags, range) = (symbol.name, symbol.used, symbol.directive);
    let kind = scopes[id].kind;
    if flags & used::GLOBAL != 0 {
        return Ok(Meaning::GlobalExplicit);
    }
    if flags & used::NONLOCAL != 0 {
        if kind == ScopeKind::Module {
            return syntax("nonlocal declaration not allowed at module level", range);
        }
        return match look_outward(scopes, id, name) {
            Meaning::Free => Ok(Meaning::Free),
            _ => syntax(
                format!("no binding for nonlocal '{}' found", names.text(name)),
                range,
            ),
        };
    }
    if flags & used::BOUND != 0 {
        return Ok(if flags & used::CAPTURED != 0 && kind.is_function_like() {
            Meaning::Cell
        } else {
            Meaning::Local
        });
    }
    if kind == ScopeKind::Module {
        return Ok(Meaning::GlobalImplicit);
    }
    if scopes[id].sees_class
        && name != NameId::CLASSDICT
        && let Some(class) = class_around(scopes, id)
    {
        let flags = scopes[class].symbol(name).map_or(0, |symbol| symbol.used);
        if flags & used::GLOBAL != 0 {
            return Ok(Meaning::GlobalExplicit);
        }
        if flags & used::BOUND != 0 && flags & used::NONLOCAL == 0 {
            return Ok(Meaning::GlobalImplicit);
        }
    }
    Ok(look_outward(scopes, id, name))
}

fn class_around(scopes: &Scopes, id: ScopeId) -> Option<ScopeId> {
    let mut at = scopes[id].parent;
    while let Some(id) = at {
        if scopes[id].kind == ScopeKind::Class {
            return Some(id);
        }
        at = scopes[id].parent;
    }
    None
}

/// Finds the scope around `start` that binds `name`, and makes the cell and the free variables between.
fn look_outward(scopes: &mut Scopes, start: ScopeId, name: NameId) -> Meaning {
    let mut at = scopes[start].parent;
    // Some code object lies between the binding and the use.
    let mut crossed = !scopes[start].inlined;
    let found = loop {
        let Some(id) = at else {
            return Meaning::GlobalImplicit;
        };
        let scope = &scopes[id];
        match scope.kind {
            ScopeKind::Module => return Meaning::GlobalImplicit,
            ScopeKind::Class => {
                if matches!(name, NameId::CLASS | NameId::CLASSDICT)
                    || name == NameId::CONDITIONAL && scope.conditional_annotations
                {
                    break id;
                }
            }
            _ => {
                if let Some(symbol) = scope.symbol(name) {
                    if symbol.used & used::GLOBAL != 0 {
                        return Meaning::GlobalImplicit;
                    }
                    if symbol.used & used::BOUND != 0 && symbol.used & used::NONLOCAL == 0 {
                        break id;
                    }
                }
            }
        }
        crossed |= !scope.inlined;
        at = scope.parent;
    };
    let scope = &mut scopes[found];
    if scope.kind == ScopeKind::Class {
        match name {
            NameId::CLASS => scope.needs_class_cell = true,
            NameId::CLASSDICT => scope.needs_classdict_cell = true,
            _ => {}
        }
    } else if crossed {
        let symbol = scope.symbol_mut(name).expect("found above");
        symbol.used |= used::CAPTURED;
        symbol.meaning = Meaning::Cell;
    } else {
        return Meaning::Local;
    }
    let mut at = Some(start);
    while let Some(id) = at.filter(|&id| id != found) {
        if !scopes[id].free.contains(&name) {
            scopes[id].free.push(name);
        }
        at = scopes[id].parent;
    }
    Meaning::Free
}
