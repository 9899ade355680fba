//! Constant folding, as far as CPython folds.

use crate::generate::Generator;
use taipan_bytecode::Const;
use taipan_syntax::ast::{self, Expr, Number, Operator, UnaryOp};
use taipan_syntax::literal::{self, StringValue};

/// Strings, bytes and tuples made by folding are at most this long.
const MAX_LENGTH: usize = 4096;

impl Generator<'_> {
    pub(crate) fn string_constant(&self, string: &ast::ExprStringLiteral) -> Const {
        let mut parts = string.value.as_slice().iter();
        let mut value = match parts.next() {
            Some(part) => literal::string(self.source, part),
            None => StringValue::Text(String::new()),
        };
        for part in parts {
            value.push(literal::string(self.source, part));
        }
        wide(value)
    }

    /// The value of an expression that is constant.
    pub(crate) fn fold(&mut self, expr: &Expr) -> Option<Const> {
        Some(match expr {
            Expr::NoneLiteral(_) => Const::None,
            Expr::BooleanLiteral(literal) => Const::Bool(literal.value),
            Expr::EllipsisLiteral(_) => Const::Ellipsis,
            Expr::NumberLiteral(literal) => number(&literal.value),
            Expr::StringLiteral(literal) => self.string_constant(literal),
            Expr::BytesLiteral(literal) => {
                let mut bytes = Vec::new();
                for part in &literal.value {
                    bytes.extend_from_slice(&part.value);
                }
                Const::Bytes(bytes)
            }
            Expr::Name(name) if name.id.as_str() == "__debug__" => {
                Const::Bool(self.options.optimize == 0)
            }
            Expr::Tuple(tuple) => {
                let mut items = Vec::new();
                for item in &tuple.elts {
                    items.push(self.fold(item)?);
                }
                Const::Tuple(items)
            }
            Expr::UnaryOp(unary) => {
                if !may_be_constant(&unary.operand, 0) {
                    return None;
                }
                let value = self.fold(&unary.operand)?;
                fold_unary(unary.op, value)?
            }
            Expr::BinOp(binary) => {
                if !may_be_constant(expr, 0) {
                    return None;
                }
                let left = self.fold(&binary.left)?;
                let right = self.fold(&binary.right)?;
                fold_binary(binary.op, left, right)?
            }
            Expr::Subscript(subscript) => {
                if !may_be_constant(&subscript.value, 0) {
                    return None;
                }
                let Const::Int(at) = self.fold(&subscript.slice)? else {
                    return None;
                };
                match self.fold(&subscript.value)? {
                    Const::Tuple(items) => item(&items, at)?.clone(),
                    Const::Str(text) if text.is_ascii() => {
                        let byte = *item(text.as_bytes(), at)?;
                        Const::Str(char::from(byte).to_string())
                    }
                    Const::Bytes(bytes) => Const::Int(i64::from(*item(&bytes, at)?)),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    /// The truth value of a constant expression.
    pub(crate) fn constant_truth(&mut self, expr: &Expr) -> Option<bool> {
        match expr {
            Expr::Name(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::Tuple(_)
            | Expr::UnaryOp(_)
            | Expr::BinOp(_) => self.fold(expr).map(|value| truth(&value)),
            _ => None,
        }
    }
}

fn item<T>(items: &[T], at: i64) -> Option<&T> {
    let at = if at < 0 {
        at + i64::try_from(items.len()).ok()?
    } else {
        at
    };
    items.get(usize::try_from(at).ok()?)
}

/// Looks at the leaves only, so that deep trees that are not constant are not walked once per level.
fn may_be_constant(expr: &Expr, depth: u32) -> bool {
    depth < 64
        && match expr {
            Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::Tuple(_) => true,
            Expr::Name(name) => name.id.as_str() == "__debug__",
            Expr::UnaryOp(unary) => may_be_constant(&unary.operand, depth + 1),
            Expr::BinOp(binary) => {
                may_be_constant(&binary.right, depth + 1)
                    && may_be_constant(&binary.left, depth + 1)
            }
            _ => false,
        }
}

pub(crate) fn wide(value: StringValue) -> Const {
    match value {
        StringValue::Text(text) => Const::Str(text),
        StringValue::Wide(points) => Const::WideStr(points),
    }
}

fn number(value: &Number) -> Const {
    match value {
        Number::Int(value) => match literal::int(value) {
            Ok(small) => Const::Int(small),
            Err(digits) => Const::BigInt {
                negative: false,
                digits,
            },
        },
        Number::Float(value) => Const::Float(value.to_bits()),
        Number::Complex { real, imag } => Const::Complex(real.to_bits(), imag.to_bits()),
    }
}

/// Python's truth of a constant.
pub(crate) fn truth(value: &Const) -> bool {
    match value {
        Const::None => false,
        Const::Bool(value) => *value,
        Const::Int(value) => *value != 0,
        Const::BigInt { .. } | Const::Ellipsis | Const::Code(_) | Const::Slice(_) => true,
        Const::Float(bits) => f64::from_bits(*bits) != 0.0,
        Const::Complex(real, imaginary) => {
            f64::from_bits(*real) != 0.0 || f64::from_bits(*imaginary) != 0.0
        }
        Const::Str(text) => !text.is_empty(),
        Const::WideStr(points) => !points.is_empty(),
        Const::Bytes(bytes) => !bytes.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
    }
}

fn fold_unary(op: UnaryOp, value: Const) -> Option<Const> {
    Some(match (op, value) {
        (UnaryOp::Not, value) => Const::Bool(!truth(&value)),
        (UnaryOp::UAdd, Const::Bool(value)) => Const::Int(i64::from(value)),
        (
            UnaryOp::UAdd,
            value @ (Const::Int(_) | Const::BigInt { .. } | Const::Float(_) | Const::Complex(..)),
        ) => value,
        (UnaryOp::USub, Const::Bool(value)) => Const::Int(-i64::from(value)),
        (UnaryOp::USub, Const::Int(value)) => match value.checked_neg() {
            Some(value) => Const::Int(value),
            None => return None,
        },
        (UnaryOp::USub, Const::BigInt { negative, digits }) => {
            if !negative && digits == [0, 0, 8] {
                Const::Int(i64::MIN)
            } else {
                Const::BigInt {
                    negative: !negative,
                    digits,
                }
            }
        }
        (UnaryOp::USub, Const::Float(bits)) => Const::Float((-f64::from_bits(bits)).to_bits()),
        (UnaryOp::USub, Const::Complex(real, imaginary)) => Const::Complex(
            (-f64::from_bits(real)).to_bits(),
            (-f64::from_bits(imaginary)).to_bits(),
        ),
        (UnaryOp::Invert, Const::Int(value)) => Const::Int(!value),
        _ => return None,
    })
}

fn as_int(value: &Const) -> Option<i64> {
    match value {
        Const::Int(value) => Some(*value),
        Const::Bool(value) => Some(i64::from(*value)),
        _ => None,
    }
}

fn as_float(value: &Const) -> Option<f64> {
    match value {
        Const::Float(bits) => Some(f64::from_bits(*bits)),
        // Exact up to 2^53 only; larger ones are left to run time.
        _ => as_int(value)
            .filter(|value| value.unsigned_abs() <= 1 << 53)
            .map(|value| value as f64),
    }
}

fn as_complex(value: &Const) -> Option<(f64, f64)> {
    match value {
        Const::Complex(real, imaginary) => {
            Some((f64::from_bits(*real), f64::from_bits(*imaginary)))
        }
        _ => None,
    }
}

fn fold_binary(op: Operator, left: Const, right: Const) -> Option<Const> {
    if let (Some(a), Some(b)) = (as_int(&left), as_int(&right)) {
        let both_bools = matches!((&left, &right), (Const::Bool(_), Const::Bool(_)));
        return fold_int(op, a, b, both_bools);
    }
    if let (Some(a), Some(b)) = (as_float(&left), as_float(&right)) {
        return fold_float(op, a, b);
    }
    // `1 + 2j`: the real part as written, so that the signs of zeros are those of the addition.
    if let Some((real, imaginary)) = as_complex(&right)
        && let Some(a) = as_float(&left)
    {
        return match op {
            Operator::Add => Some(Const::Complex((a + real).to_bits(), imaginary.to_bits())),
            Operator::Sub => Some(Const::Complex((a - real).to_bits(), (-imaginary).to_bits())),
            _ => None,
        };
    }
    match (op, left, right) {
        (Operator::Add, Const::Str(mut a), Const::Str(b)) if a.len() + b.len() <= MAX_LENGTH => {
            a.push_str(&b);
            Some(Const::Str(a))
        }
        (Operator::Add, Const::Bytes(mut a), Const::Bytes(b))
            if a.len() + b.len() <= MAX_LENGTH =>
        {
            a.extend(b);
            Some(Const::Bytes(a))
        }
        (Operator::Add, Const::Tuple(mut a), Const::Tuple(b)) if a.len() + b.len() <= 256 => {
            a.extend(b);
            Some(Const::Tuple(a))
        }
        (Operator::Mult, Const::Str(text), count) | (Operator::Mult, count, Const::Str(text)) => {
            let count = repetitions(&count, text.len(), MAX_LENGTH)?;
            Some(Const::Str(text.repeat(count)))
        }
        (Operator::Mult, Const::Bytes(bytes), count)
        | (Operator::Mult, count, Const::Bytes(bytes)) => {
            let count = repetitions(&count, bytes.len(), MAX_LENGTH)?;
            Some(Const::Bytes(bytes.repeat(count)))
        }
        (Operator::Mult, Const::Tuple(items), count)
        | (Operator::Mult, count, Const::Tuple(items)) => {
            let count = repetitions(&count, items.len(), 256)?;
            let len = items.len();
            Some(Const::Tuple(
                items.into_iter().cycle().take(len * count).collect(),
            ))
        }
        _ => None,
    }
}

fn repetitions(count: &Const, length: usize, limit: usize) -> Option<usize> {
    let count = as_int(count)?;
    let count = usize::try_from(count).unwrap_or(0);
    (count.checked_mul(length)? <= limit).then_some(count)
}

fn fold_int(op: Operator, a: i64, b: i64, bools: bool) -> Option<Const> {
    let value = match op {
        Operator::Add => a.checked_add(b)?,
        Operator::Sub => a.checked_sub(b)?,
        Operator::Mult => a.checked_mul(b)?,
        Operator::FloorDiv if b != 0 => {
            let quotient = a.checked_div(b)?;
            quotient - i64::from(a % b != 0 && (a < 0) != (b < 0))
        }
        Operator::Mod if b != 0 => {
            let rest = a.checked_rem(b)?;
            if rest != 0 && (rest < 0) != (b < 0) {
                rest + b
            } else {
                rest
            }
        }
        Operator::Pow if b >= 0 => a.checked_pow(u32::try_from(b).ok()?)?,
        Operator::LShift if (0..63).contains(&b) => {
            let value = a << b;
            if value >> b != a {
                return big_shift(a, b);
            }
            value
        }
        Operator::LShift if (63..=128).contains(&b) => return big_shift(a, b),
        Operator::RShift if b >= 0 => a >> b.min(63),
        Operator::BitAnd if bools => return Some(Const::Bool(a & b != 0)),
        Operator::BitOr if bools => return Some(Const::Bool(a | b != 0)),
        Operator::BitXor if bools => return Some(Const::Bool(a ^ b != 0)),
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::Div if b != 0 => {
            let limit = 1 << 53;
            if a.unsigned_abs() > limit || b.unsigned_abs() > limit {
                return None;
            }
            return Some(Const::Float((a as f64 / b as f64).to_bits()));
        }
        _ => return None,
    };
    Some(Const::Int(value))
}

fn big_shift(a: i64, b: i64) -> Option<Const> {
    let b = usize::try_from(b).ok()?;
    if a == 0 {
        return Some(Const::Int(0));
    }
    let mut digits = vec![0u32; b / 30];
    let mut rest = u128::from(a.unsigned_abs()) << (b % 30);
    while rest != 0 {
        digits.push((rest & 0x3fff_ffff) as u32);
        rest >>= 30;
    }
    if a < 0 && digits == [0, 0, 8] {
        return Some(Const::Int(i64::MIN));
    }
    Some(Const::BigInt {
        negative: a < 0,
        digits,
    })
}

fn fold_float(op: Operator, a: f64, b: f64) -> Option<Const> {
    let value = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        _ => return None,
    };
    Some(Const::Float(value.to_bits()))
}
