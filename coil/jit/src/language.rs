//! What a language gives the driver.

use coil_frame::CodeBlock;
use coil_heap::{Collection, HeapConfig, MajorPart, Observer};
use coil_machine::{Direct, DirectVal, Hooks, Leave, Next};
use coil_options::{Options, Section};
use coil_record::Recorder;
use std::sync::Arc;

/// A language: its run loop on both machines, and what the driver must ask of it.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    /// For dumps.
    pub name: &'static str,
    /// Runs handlers on Direct until one leaves. With `true` it begins by unwinding the pending exception at the present pc. It gives
    /// `Raised` when the exception leaves the root frame (`Machine::unwinding` says so), whose record it leaves pushed.
    pub run_direct: fn(&mut Direct, bool) -> Leave,
    /// The same on the Recorder.
    pub run_recorder: for<'t> fn(&mut Recorder<'t>, bool) -> Leave,
    /// What the language's return bytecode does with a value: `returning`, `pop_frame`, and delivery by the frame's kind.
    pub deliver: fn(&mut Direct, DirectVal) -> Next,
    /// Hooks of the machines.
    pub hooks: Hooks,
    /// A name for code, for dumps and logs.
    pub name_of: fn(*const CodeBlock) -> String,
}

/// The heap's configuration that options ask for.
pub fn heap_config(options: &Options) -> HeapConfig {
    let log = options.log.clone();
    let options = &options.gc;
    let mut config = HeapConfig::default();
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    config.stress_every = u32::try_from(options.stress).unwrap_or(u32::MAX);
    config.stress_major = options.full;
    if options.nursery != 0 {
        config.nursery_bytes = size(options.nursery);
    }
    if options.max_heap != 0 {
        config.max_heap_bytes = size(options.max_heap);
    }
    config.always_evacuate = options.evacuate;
    config.pin_random_percent = u8::try_from(options.pin_random.min(100)).unwrap_or(100);
    if options.seed != 0 {
        config.seed = options.seed;
    }
    config.poison = options.poison;
    config.verify = options.verify;
    if log.on(Section::GcMinor) || log.on(Section::GcMajor) {
        config.observer = Observer(Some(Arc::new(move |collection: &Collection| {
            let section = match collection.major {
                MajorPart::None => Section::GcMinor,
                _ => Section::GcMajor,
            };
            log.line(section, format_args!("{collection}"));
        })));
    }
    config
}
