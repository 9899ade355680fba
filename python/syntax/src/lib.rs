//! Parsing Python source, and CPython's words for what is wrong with it.
//!
//! Bytes become text by [`decode`], text becomes a tree by [`parse`]; the tree types are ruff's, re-exported as [`ast`].
//! Literals whose value the parser cannot represent (lone surrogates, large integers) are read from the source text by
//! [`literal`].

mod decode;
mod error;
mod explain;
mod interactive;
pub mod literal;
mod parse;
mod source;

pub use decode::decode;
pub use error::{ErrorKind, SyntaxError};
pub use interactive::wants_more;
pub use parse::{Mode, Parsed, drop_deep, parse};
pub use ruff_python_ast as ast;
pub use ruff_text_size::{Ranged, TextRange, TextSize};
pub use source::LineIndex;
