//! `_stat`: tests of file modes.

use crate::helpers::set_ints;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

/// `_stat`.
pub(crate) static STAT: ModuleDef = ModuleDef {
    name: "_stat",
    functions: FUNCTIONS,
    init: |vm, dict| set_ints(vm, dict, CONSTANTS),
};

natives! {
    static FUNCTIONS = {
        "S_IFMT" function One, "(object, /)" => |vm, args| Ok(number::small(mode(vm, args)? & 0o170_000));
        "S_IMODE" function One, "(object, /)" => |vm, args| Ok(number::small(mode(vm, args)? & 0o7777));
        "S_ISDIR" function One, "(object, /)" => |vm, args| is(vm, args, 0o040_000);
        "S_ISCHR" function One, "(object, /)" => |vm, args| is(vm, args, 0o020_000);
        "S_ISBLK" function One, "(object, /)" => |vm, args| is(vm, args, 0o060_000);
        "S_ISREG" function One, "(object, /)" => |vm, args| is(vm, args, 0o100_000);
        "S_ISFIFO" function One, "(object, /)" => |vm, args| is(vm, args, 0o010_000);
        "S_ISLNK" function One, "(object, /)" => |vm, args| is(vm, args, 0o120_000);
        "S_ISSOCK" function One, "(object, /)" => |vm, args| is(vm, args, 0o140_000);
        "S_ISDOOR" function One, "(object, /)" => never;
        "S_ISPORT" function One, "(object, /)" => never;
        "S_ISWHT" function One, "(object, /)" => never;
        "filemode" function One, "(object, /)" => file_mode;
    };
}

static CONSTANTS: &[(&str, i64)] = &[
    ("S_IFDIR", 0o040_000),
    ("S_IFCHR", 0o020_000),
    ("S_IFBLK", 0o060_000),
    ("S_IFREG", 0o100_000),
    ("S_IFIFO", 0o010_000),
    ("S_IFLNK", 0o120_000),
    ("S_IFSOCK", 0o140_000),
    ("S_IFDOOR", 0),
    ("S_IFPORT", 0),
    ("S_IFWHT", 0),
    ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000),
    ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000),
    ("S_IREAD", 0o400),
    ("S_IWRITE", 0o200),
    ("S_IEXEC", 0o100),
    ("S_IRWXU", 0o700),
    ("S_IRUSR", 0o400),
    ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100),
    ("S_IRWXG", 0o070),
    ("S_IRGRP", 0o040),
    ("S_IWGRP", 0o020),
    ("S_IXGRP", 0o010),
    ("S_IRWXO", 0o007),
    ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002),
    ("S_IXOTH", 0o001),
    ("UF_SETTABLE", 0xffff),
    ("UF_NODUMP", 1),
    ("UF_IMMUTABLE", 2),
    ("UF_APPEND", 4),
    ("UF_OPAQUE", 8),
    ("UF_NOUNLINK", 0x10),
    ("UF_COMPRESSED", 0x20),
    ("UF_TRACKED", 0x40),
    ("UF_DATAVAULT", 0x80),
    ("UF_HIDDEN", 0x8000),
    ("SF_SETTABLE", 0x3fff_0000),
    ("SF_ARCHIVED", 0x1_0000),
    ("SF_IMMUTABLE", 0x2_0000),
    ("SF_APPEND", 0x4_0000),
    ("SF_NOUNLINK", 0x10_0000),
    ("SF_SNAPSHOT", 0x20_0000),
    ("SF_FIRMLINK", 0x80_0000),
    ("SF_DATALESS", 0x4000_0000),
    ("ST_MODE", 0),
    ("ST_INO", 1),
    ("ST_DEV", 2),
    ("ST_NLINK", 3),
    ("ST_UID", 4),
    ("ST_GID", 5),
    ("ST_SIZE", 6),
    ("ST_ATIME", 7),
    ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

fn mode(vm: &mut Vm, args: Args) -> PyResult<i64> {
    let mode = protocol::index_i64(vm, args.at(0))?;
    if mode < 0 {
        return Err(vm.raise_overflow("can't convert negative value to unsigned int"));
    }
    if mode > 0xffff_ffff {
        return Err(vm.raise_overflow("mode out of range"));
    }
    Ok(mode)
}

fn is(vm: &mut Vm, args: Args, kind: i64) -> PyResult {
    Ok(ty::bool_value(mode(vm, args)? & 0o170_000 == kind))
}

fn never(vm: &mut Vm, args: Args) -> PyResult {
    mode(vm, args)?;
    Ok(ty::bool_value(false))
}

fn file_mode(vm: &mut Vm, args: Args) -> PyResult {
    let mode = mode(vm, args)?;
    let mut text = String::with_capacity(10);
    text.push(match mode & 0o170_000 {
        0o100_000 => '-',
        0o040_000 => 'd',
        0o120_000 => 'l',
        0o060_000 => 'b',
        0o020_000 => 'c',
        0o010_000 => 'p',
        0o140_000 => 's',
        _ => '?',
    });
    for (shift, special, set, unset) in [
        (6, 0o4000, 's', 'S'),
        (3, 0o2000, 's', 'S'),
        (0, 0o1000, 't', 'T'),
    ] {
        text.push(if mode & (4 << shift) != 0 { 'r' } else { '-' });
        text.push(if mode & (2 << shift) != 0 { 'w' } else { '-' });
        let runs = mode & (1 << shift) != 0;
        text.push(match (mode & special != 0, runs) {
            (true, true) => set,
            (true, false) => unset,
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    vm.new_str(&text)
}
