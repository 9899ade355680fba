//! list, tuple, dict, set, range, slice, iterators, and the builtin functions on them.
//!
//! Every slot here may be re-entered, and its container changed, whenever guest code runs (comparison, hashing, iteration, repr): lengths and
//! storage are read again afterwards, and what would be out of range then ends the loop or raises what CPython raises.
#![allow(unsafe_code, reason = "writes the registers of frames")]

pub mod adapters;
pub mod alias;
pub mod array;
mod bigint;
pub mod bisect;
pub mod collections;
pub mod dict;
pub mod dict_iter;
mod dict_methods;
pub mod dict_view;
pub mod functions;
pub mod functools;
pub mod heapq;
pub mod helpers;
pub mod iter;
pub mod itertools;
pub mod list;
mod list_methods;
pub mod namespace;
mod native_module;
pub mod operator;
pub mod proxy;
pub mod range;
pub mod set;
mod set_methods;
pub mod slice;
pub mod sort;
mod sum;
#[cfg(test)]
mod tests;
pub mod tuple;
pub mod union;
pub mod unpack;

pub use functions::FUNCTIONS;
pub use slice::slice_indices;
pub use unpack::{unpack_ex, unpack_sequence};

use taipan_objects::class::TypeDef;
use taipan_objects::module::ModuleDef;

/// The builtin types of this crate.
pub static TYPES: &[&TypeDef] = &[
    &list::LIST,
    &tuple::TUPLE,
    &dict::DICT,
    &set::SET,
    &set::FROZENSET,
    &range::RANGE,
    &slice::SLICE,
    &proxy::MAPPING_PROXY,
    &dict_view::DICT_KEYS,
    &dict_view::DICT_VALUES,
    &dict_view::DICT_ITEMS,
    &dict_iter::DICT_KEYITERATOR,
    &dict_iter::DICT_VALUEITERATOR,
    &dict_iter::DICT_ITEMITERATOR,
    &dict_iter::DICT_REVERSE_KEYITERATOR,
    &dict_iter::DICT_REVERSE_VALUEITERATOR,
    &dict_iter::DICT_REVERSE_ITEMITERATOR,
    &dict_iter::SET_ITERATOR,
    &iter::LIST_ITERATOR,
    &iter::LIST_REVERSEITERATOR,
    &iter::TUPLE_ITERATOR,
    &iter::ITERATOR,
    &iter::CALLABLE_ITERATOR,
    &range::RANGE_ITERATOR,
    &range::LONGRANGE_ITERATOR,
    &adapters::ENUMERATE,
    &adapters::ZIP,
    &adapters::MAP,
    &adapters::FILTER,
    &adapters::REVERSED,
    &alias::GENERIC_ALIAS,
    &union::UNION,
    &namespace::SIMPLE_NAMESPACE,
];

/// The native modules of this crate.
pub static MODULES: &[ModuleDef] = &[
    array::MODULE,
    itertools::ITERTOOLS,
    collections::COLLECTIONS,
    functools::FUNCTOOLS,
    operator::OPERATOR,
    heapq::HEAPQ,
    bisect::BISECT,
];
