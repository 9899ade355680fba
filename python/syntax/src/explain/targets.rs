//! Things that cannot be assigned to.

use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Mod, UnaryOp};
use ruff_python_parser::{ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange};

/// Finds the outermost expression with exactly this range.
struct Finder<'a> {
    range: TextRange,
    found: Option<&'a Expr>,
    depth: u32,
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if self.found.is_some() || self.depth > 500 {
            return;
        }
        if expr.range() == self.range {
            self.found = Some(expr);
            return;
        }
        self.depth += 1;
        walk_expr(self, expr);
        self.depth -= 1;
    }
}

/// What CPython calls an expression.
pub(super) fn describe(expr: &Expr) -> &'static str {
    match expr {
        Expr::Attribute(_) => "attribute",
        Expr::Subscript(_) => "subscript",
        Expr::Starred(_) => "starred",
        Expr::Name(_) => "name",
        Expr::List(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Lambda(_) => "lambda",
        Expr::Call(_) => "function call",
        Expr::BoolOp(_) | Expr::BinOp(_) | Expr::UnaryOp(_) => "expression",
        Expr::Generator(_) => "generator expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "yield expression",
        Expr::Await(_) => "await expression",
        Expr::ListComp(_) => "list comprehension",
        Expr::SetComp(_) => "set comprehension",
        Expr::DictComp(_) => "dict comprehension",
        Expr::Dict(_) => "dict literal",
        Expr::Set(_) => "set display",
        Expr::FString(_) => "f-string expression",
        Expr::TString(_) => "t-string expression",
        Expr::NoneLiteral(_) => "None",
        Expr::BooleanLiteral(literal) if literal.value => "True",
        Expr::BooleanLiteral(_) => "False",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::Compare(_) => "comparison",
        Expr::If(_) => "conditional expression",
        Expr::Named(_) => "named expression",
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) => "literal",
        Expr::Slice(_) | Expr::IpyEscapeCommand(_) => "expression",
    }
}

impl Context<'_> {
    /// The expression with this range.
    pub(super) fn expression(&self, range: TextRange) -> Option<&Expr> {
        let mut finder = Finder {
            range,
            found: None,
            depth: 0,
        };
        match self.tree {
            Mod::Module(module) => module.body.iter().for_each(|stmt| finder.visit_stmt(stmt)),
            Mod::Expression(expression) => finder.visit_expr(&expression.body),
        }
        finder.found
    }

    pub(super) fn target(&self, error: &ParseError) -> Option<Answer> {
        let at = error.location;
        let answer = |message: String| Some((ErrorKind::Syntax, message, at));
        let what = || self.expression(at).map_or("expression", describe);
        match &error.error {
            ParseErrorType::InvalidAssignmentTarget => {
                let what = what();
                if what == "yield expression" && self.parentheses(at) == 0 {
                    return answer("assignment to yield expression not possible".to_owned());
                }
                let here = match self.suggests_comparison(at) {
                    true => " here. Maybe you meant '==' instead of '='?",
                    false => "",
                };
                answer(format!("cannot assign to {what}{here}"))
            }
            ParseErrorType::InvalidAugmentedAssignmentTarget => {
                let what = what();
                answer(format!(
                    "'{what}' is an illegal expression for augmented assignment"
                ))
            }
            ParseErrorType::InvalidDeleteTarget => answer(format!("cannot delete {}", what())),
            ParseErrorType::InvalidNamedAssignmentTarget => {
                answer(format!("cannot use assignment expressions with {}", what()))
            }
            ParseErrorType::InvalidAnnotatedAssignmentTarget
                if self.errors.get(1).is_some_and(|other| {
                    matches!(other.error, ParseErrorType::ExpectedExpression)
                }) =>
            {
                None
            }
            ParseErrorType::InvalidAnnotatedAssignmentTarget => match what() {
                "list" => answer("only single target (not list) can be annotated".to_owned()),
                "tuple" => answer("only single target (not tuple) can be annotated".to_owned()),
                _ => answer("illegal target for annotation".to_owned()),
            },
            _ => None,
        }
    }

    /// How many pairs of parentheses stand right around `at`.
    fn parentheses(&self, at: TextRange) -> usize {
        let first = self.token_at(at.start());
        let end = self.token_at(at.end());
        (1..=first)
            .take_while(|count| {
                self.kind(first - count) == Some(TokenKind::Lpar)
                    && self.kind(end + count - 1) == Some(TokenKind::Rpar)
            })
            .count()
    }

    /// A single `=` after an operand at the start of a statement: a comparison may be meant.
    fn suggests_comparison(&self, at: TextRange) -> bool {
        let Some(expr) = self.expression(at) else {
            return false;
        };
        let operand = match expr {
            Expr::Compare(_)
            | Expr::BoolOp(_)
            | Expr::If(_)
            | Expr::Lambda(_)
            | Expr::Generator(_)
            | Expr::Tuple(_)
            | Expr::List(_)
            | Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::Starred(_) => false,
            Expr::UnaryOp(unary) => unary.op != UnaryOp::Not,
            _ => true,
        };
        let number = self.token_at(at.start()) - self.parentheses(at);
        let first = number == 0
            || matches!(
                self.kind(number - 1),
                Some(TokenKind::Newline | TokenKind::Semi | TokenKind::Indent | TokenKind::Dedent)
            );
        if !operand || !first {
            return false;
        }
        let mut level = 0;
        let mut assignments = 0;
        for token in &self.tokens[number..] {
            match token.kind() {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level -= 1,
                TokenKind::Equal if level == 0 => assignments += 1,
                TokenKind::Newline | TokenKind::Semi => break,
                _ => {}
            }
        }
        assignments == 1
    }
}
