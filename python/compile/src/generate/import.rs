//! Imports, those from `__future__` included.

use super::{Generator, Want};
use crate::error::{Result, syntax};
use crate::ir::Reg;
use taipan_bytecode::{Const, Op};
use taipan_syntax::Ranged;
use taipan_syntax::ast::{self, Mod, Stmt};

const FEATURES: &[&str] = &[
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

/// Checks the `from __future__` imports of a module; true when `annotations` is among them.
pub(crate) fn future_annotations(tree: &Mod) -> Result<bool> {
    let Mod::Module(module) = tree else {
        return Ok(false);
    };
    let mut annotations = false;
    for (at, stmt) in module.body.iter().enumerate() {
        match stmt {
            Stmt::ImportFrom(import) if is_future(import) => {
                for alias in &import.names {
                    match alias.name.as_str() {
                        "braces" => return syntax("not a chance", alias.range()),
                        "annotations" => annotations = true,
                        name if FEATURES.contains(&name) => {}
                        name => {
                            return syntax(
                                format!("future feature {name} is not defined"),
                                alias.range(),
                            );
                        }
                    }
                }
            }
            Stmt::Expr(expr) if at == 0 && expr.value.is_string_literal_expr() => {}
            _ => break,
        }
    }
    Ok(annotations)
}

fn is_future(import: &ast::StmtImportFrom) -> bool {
    import.level == 0
        && import
            .module
            .as_ref()
            .is_some_and(|module| module.as_str() == "__future__")
}

impl<'a> Generator<'a> {
    pub(crate) fn import(&mut self, stmt: &'a ast::StmtImport) -> Result<()> {
        for alias in &stmt.names {
            let base = self.u.top;
            self.u.range = stmt.range();
            let from = self.constant(Const::None, Want::Push)?;
            let module = self.import_name(&alias.name, from, 0)?;
            let (name, value) = match &alias.asname {
                None => (alias.name.split('.').next().unwrap_or(""), module),
                Some(asname) => {
                    for part in alias.name.split('.').skip(1) {
                        let part = self.names.intern(part);
                        let part = self.name(part)?;
                        self.u.emit(Op::ImportFrom, base, base, part);
                    }
                    (asname.as_str(), base)
                }
            };
            let name = self.mangle(name);
            self.store_name(name, value)?;
            self.u.top = base;
        }
        Ok(())
    }

    fn import_name(&mut self, module: &str, from: Reg, level: u32) -> Result<Reg> {
        let name = self.names.intern(module);
        let name = self.name(name)?;
        let Ok(level) = u8::try_from(level) else {
            return crate::error::too_large("too many dots in an import");
        };
        self.put(Op::ImportName, level, name, from, from, Want::Push)
    }

    pub(crate) fn import_from(&mut self, stmt: &'a ast::StmtImportFrom) -> Result<()> {
        if is_future(stmt) && !self.future_may_stand_here(stmt) {
            return self.error(
                "from __future__ imports must occur at the beginning of the file",
                stmt.range(),
            );
        }
        let base = self.u.top;
        let names = stmt
            .names
            .iter()
            .map(|alias| Const::Str(alias.name.to_string()))
            .collect();
        let from = self.constant(Const::Tuple(names), Want::Push)?;
        let module = stmt.module.as_ref().map_or("", |module| module.as_str());
        let module = self.import_name(module, from, stmt.level)?;
        for alias in &stmt.names {
            if alias.name.as_str() == "*" {
                self.u.emit(Op::ImportStar, module, 0, 0);
                break;
            }
            let attribute = self.names.intern(&alias.name);
            let attribute = self.name(attribute)?;
            let name = self.mangle(alias.asname.as_ref().unwrap_or(&alias.name));
            let top = self.u.top;
            let value = self.put(Op::ImportFrom, 0, module, attribute, top, Want::Push)?;
            self.store_name(name, value)?;
            self.u.top = top;
        }
        self.u.top = base;
        Ok(())
    }

    /// Only a docstring and other future imports come before.
    fn future_may_stand_here(&self, stmt: &ast::StmtImportFrom) -> bool {
        self.outer.is_empty() && self.future_end >= stmt.end()
    }
}

/// Where the leading future imports end.
pub(crate) fn future_end(tree: &Mod) -> taipan_syntax::TextSize {
    let mut end = taipan_syntax::TextSize::new(0);
    if let Mod::Module(module) = tree {
        for (at, stmt) in module.body.iter().enumerate() {
            match stmt {
                Stmt::ImportFrom(import) if is_future(import) => end = import.end(),
                Stmt::Expr(expr) if at == 0 && expr.value.is_string_literal_expr() => {}
                _ => break,
            }
        }
    }
    end
}
