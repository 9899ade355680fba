//! The handlers on the Direct machine: Taipan's interpreter. A crate of its own, so that it builds beside the Recorder's instance.

use coil_machine::{Direct, DirectVal, Leave, Next};

/// Runs until the machine leaves; `raised` = begins by unwinding.
pub fn run(m: &mut Direct, raised: bool) -> Leave {
    // A local machine whose address nobody takes lives in registers.
    let mut local = *m;
    let leave = taipan_interp::run(&mut local, raised);
    *m = local;
    leave
}

/// What a return does.
///
/// # Errors
/// As a handler.
pub fn deliver(m: &mut Direct, value: DirectVal) -> Next {
    taipan_interp::deliver(m, value)
}
