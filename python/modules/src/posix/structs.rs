//! The struct sequences of module `posix`.

use crate::structseq::StructSeq;

pub(crate) static STAT_RESULT: StructSeq = StructSeq {
    module: "os",
    name: "stat_result",
    fields: &[
        "st_mode",
        "st_ino",
        "st_dev",
        "st_nlink",
        "st_uid",
        "st_gid",
        "st_size",
        "",
        "",
        "",
        "st_atime",
        "st_mtime",
        "st_ctime",
        "st_atime_ns",
        "st_mtime_ns",
        "st_ctime_ns",
        "st_blksize",
        "st_blocks",
        "st_rdev",
    ],
    visible: 10,
    constructible: true,
};
pub(crate) static STATVFS_RESULT: StructSeq = StructSeq {
    module: "os",
    name: "statvfs_result",
    fields: &[
        "f_bsize",
        "f_frsize",
        "f_blocks",
        "f_bfree",
        "f_bavail",
        "f_files",
        "f_ffree",
        "f_favail",
        "f_flag",
        "f_namemax",
        "f_fsid",
    ],
    visible: 10,
    constructible: true,
};
pub(crate) static TERMINAL_SIZE: StructSeq = StructSeq {
    module: "os",
    name: "terminal_size",
    fields: &["columns", "lines"],
    visible: 2,
    constructible: true,
};
pub(crate) static TIMES_RESULT: StructSeq = StructSeq {
    module: "posix",
    name: "times_result",
    fields: &[
        "user",
        "system",
        "children_user",
        "children_system",
        "elapsed",
    ],
    visible: 5,
    constructible: true,
};
pub(crate) static UNAME_RESULT: StructSeq = StructSeq {
    module: "posix",
    name: "uname_result",
    fields: &["sysname", "nodename", "release", "version", "machine"],
    visible: 5,
    constructible: true,
};
