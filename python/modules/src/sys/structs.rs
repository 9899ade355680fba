//! The struct sequences of module `sys`.

use crate::Config;
use crate::structseq::StructSeq;
use coil_value::Value;
use taipan_objects::number;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

pub(crate) static VERSION_INFO: StructSeq = StructSeq {
    module: "sys",
    name: "version_info",
    fields: &["major", "minor", "micro", "releaselevel", "serial"],
    visible: 5,
    constructible: false,
};
pub(crate) static FLAGS: StructSeq = StructSeq {
    module: "sys",
    name: "flags",
    fields: &[
        "debug",
        "inspect",
        "interactive",
        "optimize",
        "dont_write_bytecode",
        "no_user_site",
        "no_site",
        "ignore_environment",
        "verbose",
        "bytes_warning",
        "quiet",
        "hash_randomization",
        "isolated",
        "dev_mode",
        "utf8_mode",
        "warn_default_encoding",
        "safe_path",
        "int_max_str_digits",
        "gil",
        "thread_inherit_context",
        "context_aware_warnings",
    ],
    visible: 18,
    constructible: false,
};
pub(crate) static FLOAT_INFO: StructSeq = StructSeq {
    module: "sys",
    name: "float_info",
    fields: &[
        "max",
        "max_exp",
        "max_10_exp",
        "min",
        "min_exp",
        "min_10_exp",
        "dig",
        "mant_dig",
        "epsilon",
        "radix",
        "rounds",
    ],
    visible: 11,
    constructible: true,
};
pub(crate) static INT_INFO: StructSeq = StructSeq {
    module: "sys",
    name: "int_info",
    fields: &[
        "bits_per_digit",
        "sizeof_digit",
        "default_max_str_digits",
        "str_digits_check_threshold",
    ],
    visible: 4,
    constructible: true,
};
pub(crate) static HASH_INFO: StructSeq = StructSeq {
    module: "sys",
    name: "hash_info",
    fields: &[
        "width",
        "modulus",
        "inf",
        "nan",
        "imag",
        "algorithm",
        "hash_bits",
        "seed_bits",
        "cutoff",
    ],
    visible: 9,
    constructible: true,
};
pub(crate) static THREAD_INFO: StructSeq = StructSeq {
    module: "sys",
    name: "thread_info",
    fields: &["name", "lock", "version"],
    visible: 3,
    constructible: true,
};
pub(crate) static UNRAISABLE_ARGS: StructSeq = StructSeq {
    module: "sys",
    name: "UnraisableHookArgs",
    fields: &[
        "exc_type",
        "exc_value",
        "exc_traceback",
        "err_msg",
        "object",
    ],
    visible: 5,
    constructible: true,
};
pub(crate) static ASYNCGEN_HOOKS: StructSeq = StructSeq {
    module: "sys",
    name: "asyncgen_hooks",
    fields: &["firstiter", "finalizer"],
    visible: 2,
    constructible: true,
};

/// Constants of module `sys` that are struct sequences.
pub(crate) static CONSTANTS: &[(&str, fn(&mut Vm) -> PyResult)] = &[
    ("version_info", version_info),
    ("float_info", float_info),
    ("int_info", int_info),
    ("hash_info", hash_info),
    ("thread_info", thread_info),
];

/// `sys.version_info`.
pub(crate) fn version_info(vm: &mut Vm) -> PyResult {
    if let Some(known) = vm.interp.kept("sys.version_info") {
        return Ok(known);
    }
    let (major, minor, micro) = super::VERSION;
    let release = vm.intern("final")?;
    let fields = [
        number::small(major),
        number::small(minor),
        number::small(micro),
        release,
        number::small(0),
    ];
    let made = VERSION_INFO.make(vm, &fields)?;
    vm.interp.keep("sys.version_info", made);
    Ok(made)
}

fn float_info(vm: &mut Vm) -> PyResult {
    let floats = [
        vm.new_float(f64::MAX)?,
        vm.new_float(f64::MIN_POSITIVE)?,
        vm.new_float(f64::EPSILON)?,
    ];
    let int = number::small;
    let fields = [
        floats[0],
        int(1024),
        int(308),
        floats[1],
        int(-1021),
        int(-307),
        int(15),
        int(53),
        floats[2],
        int(2),
        int(1),
    ];
    FLOAT_INFO.make(vm, &fields)
}

fn int_info(vm: &mut Vm) -> PyResult {
    INT_INFO.make(vm, &[30, 4, 4300, 640].map(number::small))
}

fn hash_info(vm: &mut Vm) -> PyResult {
    let algorithm = vm.intern("fx")?;
    let int = number::small;
    let modulus = vm.new_int((1 << 61) - 1)?;
    HASH_INFO.make(
        vm,
        &[
            int(64),
            modulus,
            int(314_159),
            int(0),
            int(1_000_003),
            algorithm,
            int(64),
            int(0),
            int(0),
        ],
    )
}

fn thread_info(vm: &mut Vm) -> PyResult {
    let name = vm.intern("pthread")?;
    let lock = vm.intern("semaphore")?;
    THREAD_INFO.make(vm, &[name, lock, ty::none()])
}

/// `sys.flags`.
pub(crate) fn flags(vm: &mut Vm, config: &Config) -> PyResult {
    let digits = number::size(vm.interp.int_max_str_digits.get());
    let int = |number: u8| number::small(number.into());
    let bit = |truth: bool| number::small(truth.into());
    let isolated = config.isolated;
    let fields: [Value; 21] = [
        int(config.debug),
        bit(config.inspect),
        int(0),
        int(config.optimize),
        bit(config.dont_write_bytecode),
        bit(config.no_user_site || isolated),
        bit(config.no_site),
        bit(config.ignore_environment || isolated),
        int(config.verbose),
        int(config.bytes_warning),
        bit(config.quiet),
        int(0),
        bit(isolated),
        ty::bool_value(false),
        int(1),
        int(0),
        ty::bool_value(config.safe_path || isolated),
        digits,
        int(1),
        int(0),
        int(0),
    ];
    FLAGS.make(vm, &fields)
}
