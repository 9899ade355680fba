//! [`TraceCode`]: what is kept of a compiled trace.

use coil_frame::Context;
use coil_trace::SnapshotFrame;

/// Where a value is when compiled code is left, or when a label is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Location {
    /// A general register: word of `Context::exit_gpr`.
    Gpr(u8),
    /// A float register: word of `Context::exit_fpr`.
    Fpr(u8),
    /// A spill slot.
    Spill(u16),
    /// Index into `TraceCode::consts`.
    Const(u32),
    /// Already in this register of the root frame's window.
    Window(i32),
    /// Nowhere: a phi that nothing reads.
    Dead,
}

/// A [`Location`] in four bytes: three bits of kind, 29 of number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PackedLocation(u32);

impl PackedLocation {
    pub(crate) fn new(location: Location) -> PackedLocation {
        let (kind, number) = match location {
            Location::Gpr(reg) => (0, u32::from(reg)),
            Location::Fpr(reg) => (1, u32::from(reg)),
            Location::Spill(slot) => (2, u32::from(slot)),
            Location::Const(index) => (3, index),
            Location::Window(slot) => (4, slot.cast_unsigned() & 0x1FFF_FFFF),
            Location::Dead => (5, 0),
        };
        debug_assert!(number < 1 << 29);
        PackedLocation(kind << 29 | number)
    }

    pub(crate) fn unpack(self) -> Location {
        let number = self.0 & 0x1FFF_FFFF;
        match self.0 >> 29 {
            0 => Location::Gpr(number as u8),
            1 => Location::Fpr(number as u8),
            2 => Location::Spill(number as u16),
            3 => Location::Const(number),
            4 => Location::Window((number << 3).cast_signed() >> 3),
            _ => Location::Dead,
        }
    }
}

/// One way out of a trace: a guard, an allocation that may fail, an unconditional exit; or the state during a call.
#[derive(Clone, Copy, Debug)]
pub struct ExitSite {
    /// Which of `Compiled::exits` describes it. Guards may share a description, but each has locations of its own.
    pub exit: u32,
    /// The instruction (its number of instructions for the trace's end).
    pub inst: u32,
    pub(crate) first: u32,
    pub(crate) count: u32,
    /// Offset of the stub in the code; `u32::MAX` if it cannot be left here.
    pub(crate) stub: u32,
}

/// A label of compiled code.
#[derive(Clone, Debug)]
pub struct LabelCode {
    /// Offset in the code.
    pub(crate) offset: u32,
    /// Where its phis are expected.
    pub phis: Vec<Location>,
    /// Other traces may jump here: nothing but phis and constants is live across the label.
    pub open: bool,
}

/// A place that pushes the record of a frame which waits for a callee.
#[derive(Clone, Copy, Debug)]
pub struct ResumePoint {
    /// The waiting frame: the driver looks up code for its `code` and `pc`.
    pub frame: SnapshotFrame,
    /// Offset of the 64-bit address in the code.
    pub(crate) offset: u32,
}

/// A compiled trace.
#[derive(Clone, Debug)]
pub struct TraceCode {
    /// The driver's number.
    pub number: u32,
    /// Where execution starts.
    pub entry: *const u8,
    /// Size of the code with its constants and stubs.
    pub size_bytes: u32,
    /// Spill slots in use.
    pub spill_slots: u32,
    /// Ways out.
    pub sites: Vec<ExitSite>,
    /// Labels, as in `Compiled::labels`.
    pub labels: Vec<LabelCode>,
    /// Frames that wait for callees.
    pub resume_points: Vec<ResumePoint>,
    /// The bits of the trace's constants.
    pub consts: Vec<u64>,
    pub(crate) locations: Vec<PackedLocation>,
    /// Where instructions begin: (offset, instruction), for dumps; empty unless asked for.
    pub(crate) marks: Vec<(u32, u32)>,
}

impl TraceCode {
    /// The location of every leaf of an exit site.
    pub fn locations(&self, site: u32) -> impl ExactSizeIterator<Item = Location> + '_ {
        let site = &self.sites[site as usize];
        self.locations[site.first as usize..][..site.count as usize]
            .iter()
            .map(|location| location.unpack())
    }

    /// The number of leaves of an exit site.
    pub fn leaf_count(&self, site: u32) -> usize {
        self.sites[site as usize].count as usize
    }

    /// Writes the 64 bits of every leaf of an exit site to `out`, which is as long.
    ///
    /// `out` should lie on the native stack (or be a root), since the context's copies are not.
    ///
    /// # Safety
    /// Compiled code was left by this site (and nothing entered it since), or is in the call of this site; `base` is the
    /// window of the trace's root frame.
    pub unsafe fn decode(&self, site: u32, context: &Context, base: *const u64, out: &mut [u64]) {
        let spills = context.exit_sp as *const u64;
        for (out, location) in out.iter_mut().zip(self.locations(site)) {
            *out = match location {
                Location::Gpr(reg) => context.exit_gpr[reg as usize],
                Location::Fpr(reg) => context.exit_fpr[reg as usize],
                Location::Const(index) => self.consts[index as usize],
                Location::Dead => 0,
                Location::Spill(slot) => {
                    // SAFETY: the trace wrote this slot, and `exit_sp` addresses its slots or a copy.
                    unsafe { spills.wrapping_add(slot as usize).read() }
                }
                Location::Window(slot) => {
                    // SAFETY: the slot is a register of the root frame's window.
                    unsafe { base.wrapping_offset(slot as isize).read() }
                }
            };
        }
    }

    /// The address of a label.
    pub fn label_address(&self, label: u32) -> Option<*const u8> {
        let label = self.labels.get(label as usize)?;
        Some(self.entry.wrapping_add(label.offset as usize))
    }
}
