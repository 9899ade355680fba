//! The methods of bytes and bytearray, most of them the same.

use crate::bytes_case as case;
use crate::bytes_search as search;
use crate::codec;
use crate::{bytearray, bytes_hex as hex, bytes_split as split, bytes_width as width};
use taipan_objects::native::Args;
use taipan_objects::{PyResult, Vm, natives, number};

/// Calls [`natives!`] with the shared rows and more.
macro_rules! with_shared_rows {
    ($(#[$doc:meta])* $table:ident { $($more:tt)* }) => {
        natives! {
            $(#[$doc])*
            pub(crate) static $table = {
                "capitalize" method NoArgs, "($self, /)" => case::capitalize;
                "center" method Positional(1, 2), "($self, width, fillchar=b' ', /)" => width::center;
                "count" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => search::count;
                "decode" method Signature(0), "($self, /, encoding='utf-8', errors='strict')" => codec::bytes_decode;
                "endswith" method Positional(1, 3), "($self, suffix, start=None, end=None, /)" => search::endswith;
                "expandtabs" method Signature(0), "($self, /, tabsize=8)" => width::expandtabs;
                "find" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => search::find;
                "fromhex" classmethod One, "($type, string, /)" => hex::fromhex;
                "hex" method Signature(0), "($self, /, sep=<unrepresentable>, bytes_per_sep=1)" => hex::hex;
                "index" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => search::index;
                "isalnum" method NoArgs, "($self, /)" => case::isalnum;
                "isalpha" method NoArgs, "($self, /)" => case::isalpha;
                "isascii" method NoArgs, "($self, /)" => case::isascii;
                "isdigit" method NoArgs, "($self, /)" => case::isdigit;
                "islower" method NoArgs, "($self, /)" => case::islower;
                "isspace" method NoArgs, "($self, /)" => case::isspace;
                "istitle" method NoArgs, "($self, /)" => case::istitle;
                "isupper" method NoArgs, "($self, /)" => case::isupper;
                "join" method One, "($self, iterable_of_bytes, /)" => split::join;
                "ljust" method Positional(1, 2), "($self, width, fillchar=b' ', /)" => width::ljust;
                "lower" method NoArgs, "($self, /)" => case::lower;
                "lstrip" method Positional(0, 1), "($self, bytes=None, /)" => split::lstrip;
                "maketrans" staticmethod Positional(2, 2), "(frm, to, /)" => search::maketrans;
                "partition" method One, "($self, sep, /)" => split::partition;
                "removeprefix" method One, "($self, prefix, /)" => search::removeprefix;
                "removesuffix" method One, "($self, suffix, /)" => search::removesuffix;
                "replace" method Positional(2, 3), "($self, old, new, count=-1, /)" => search::replace;
                "rfind" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => search::rfind;
                "rindex" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => search::rindex;
                "rjust" method Positional(1, 2), "($self, width, fillchar=b' ', /)" => width::rjust;
                "rpartition" method One, "($self, sep, /)" => split::rpartition;
                "rsplit" method Signature(0), "($self, /, sep=None, maxsplit=-1)" => split::rsplit;
                "rstrip" method Positional(0, 1), "($self, bytes=None, /)" => split::rstrip;
                "split" method Signature(0), "($self, /, sep=None, maxsplit=-1)" => split::split;
                "splitlines" method Signature(0), "($self, /, keepends=False)" => split::splitlines;
                "startswith" method Positional(1, 3), "($self, prefix, start=None, end=None, /)" => search::startswith;
                "strip" method Positional(0, 1), "($self, bytes=None, /)" => split::strip;
                "swapcase" method NoArgs, "($self, /)" => case::swapcase;
                "title" method NoArgs, "($self, /)" => case::title;
                "translate" method Signature(1), "($self, table, /, delete=b'')" => search::translate;
                "upper" method NoArgs, "($self, /)" => case::upper;
                "zfill" method One, "($self, width, /)" => width::zfill;
                "__buffer__" method One, "($self, flags, /)" => crate::memoryview::buffer;
                $($more)*
            }
        }
    };
}

with_shared_rows! {
    /// Methods of bytes.
    BYTES_METHODS {
        "__bytes__" method NoArgs, "($self, /)" => itself;
        "__getnewargs__" method NoArgs, "($self, /)" => getnewargs;
        "__sizeof__" method NoArgs, "($self, /)" => sizeof;
    }
}

with_shared_rows! {
    /// Methods of bytearray.
    BYTEARRAY_METHODS {
        "__alloc__" method NoArgs, "($self, /)" => bytearray::alloc;
        "__reduce__" method NoArgs, "($self, /)" => bytearray::reduce;
        "__reduce_ex__" method Positional(0, 1), "($self, proto=0, /)" => bytearray::reduce_ex;
        "__release_buffer__" method One, "($self, buffer, /)" => crate::memoryview::release_buffer;
        "__sizeof__" method NoArgs, "($self, /)" => bytearray::sizeof;
        "append" method One, "($self, item, /)" => bytearray::append;
        "clear" method NoArgs, "($self, /)" => bytearray::clear;
        "copy" method NoArgs, "($self, /)" => bytearray::copy;
        "extend" method One, "($self, iterable_of_ints, /)" => bytearray::extend;
        "insert" method Positional(2, 2), "($self, index, item, /)" => bytearray::insert;
        "pop" method Positional(0, 1), "($self, index=-1, /)" => bytearray::pop;
        "remove" method One, "($self, value, /)" => bytearray::remove;
        "resize" method One, "($self, size, /)" => bytearray::resize;
        "reverse" method NoArgs, "($self, /)" => bytearray::reverse;
    }
}

fn itself(vm: &mut Vm, args: Args) -> PyResult {
    crate::bytes_convert::same_data(vm, args.at(0))
}

fn getnewargs(vm: &mut Vm, args: Args) -> PyResult {
    let data = itself(vm, args)?;
    vm.new_tuple(&[data])
}

fn sizeof(_: &mut Vm, args: Args) -> PyResult {
    Ok(number::size(33 + crate::bytes_type::data(args.at(0)).len()))
}
