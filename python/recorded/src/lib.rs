//! The handlers on the Recorder: what hot code is recorded with.

use coil_machine::Leave;
use coil_record::Recorder;

/// Runs until the Recorder leaves; `raised` = begins by unwinding.
pub fn run(m: &mut Recorder<'_>, raised: bool) -> Leave {
    taipan_interp::run(m, raised)
}
