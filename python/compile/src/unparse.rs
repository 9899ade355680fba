//! Expressions as text, for annotations under `from __future__ import annotations`.

use taipan_syntax::Ranged;
use taipan_syntax::ast::Expr;

/// The text of an expression.
pub(crate) fn unparse(source: &str, expr: &Expr) -> String {
    source[expr.range()].to_owned()
}
