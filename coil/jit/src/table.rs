//! All traces of a context.

use crate::regret::Visits;
use coil_backend::{Targets, TraceCode};
use coil_frame::CodeBlock;
use coil_trace::{Const, Exit, Field, NewObject, Op};

/// What a trace was compiled for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    /// A loop: its code and the word after its header.
    Loop(*const CodeBlock, u32),
    /// A function.
    Function(*const CodeBlock),
    /// A frame whose callee returns: code and word.
    Resume(*const CodeBlock, u32),
    /// A bridge: parent and exit site.
    Bridge(u32, u32),
    /// Another version of a loop whose first trace this is: only bridges lead to it.
    Version(u32),
}

/// The driver's side of an exit site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) count: u32,
    /// What left the trace; `Nop` for its end.
    pub(crate) op: Op,
    pub(crate) bridged: bool,
}

/// A compiled trace.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) code: TraceCode,
    pub(crate) exits: Vec<Exit>,
    pub(crate) consts: Vec<Const>,
    pub(crate) fields: Vec<Field>,
    pub(crate) news: Vec<NewObject>,
    pub(crate) sites: Vec<Site>,
    pub(crate) entry: Entry,
    /// The entry trace that bridges belong to.
    pub(crate) root: u32,
    pub(crate) bridges: u64,
    /// Of a loop: how many versions of it were recorded, and which came of that.
    pub(crate) version_tries: u32,
    pub(crate) versions: Vec<u32>,
    /// Instructions before this one are executed only shortly after the entry.
    pub(crate) early_end: u32,
    /// Of an entry trace.
    pub(crate) visits: Visits,
    pub(crate) valid: bool,
    /// Traces whose code jumps to this one's.
    pub(crate) incoming: Vec<u32>,
    /// Bits that may be addresses of objects which the code refers to.
    pub(crate) keep: Vec<u64>,
    /// States of its labels for links.
    pub(crate) links: crate::compile::Links,
}

/// The traces by number.
#[derive(Debug, Default)]
pub(crate) struct Table {
    traces: Vec<Option<Box<Compiled>>>,
    /// Numbers given to recordings that are in progress, and those of such that came to nothing.
    open: Vec<u32>,
    spare: Vec<u32>,
    /// Some traces are not valid.
    pub(crate) stale: bool,
}

impl Table {
    /// A number for a trace to be recorded.
    pub(crate) fn reserve(&mut self) -> u32 {
        // A number that came to nothing is used again, that of a trace never.
        let number = self.spare.pop().unwrap_or_else(|| {
            self.traces.push(None);
            u32::try_from(self.traces.len() - 1).expect("fewer than 2^32 traces in a run")
        });
        self.open.push(number);
        number
    }

    /// The recording that this number was reserved for came to nothing.
    pub(crate) fn give_back(&mut self, number: u32) {
        self.open.retain(|open| *open != number);
        self.spare.push(number);
    }

    /// Adds the trace that a number was reserved for.
    pub(crate) fn add(&mut self, number: u32, trace: Compiled) {
        self.open.retain(|open| *open != number);
        self.traces[number as usize] = Some(Box::new(trace));
    }

    /// Takes out the traces that are not valid.
    pub(crate) fn take_stale(&mut self) -> impl Iterator<Item = Box<Compiled>> {
        self.stale = false;
        let all = self.traces.iter_mut();
        all.filter_map(|trace| trace.take_if(|trace| !trace.valid))
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Compiled> {
        self.traces.get(number as usize)?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Compiled> {
        self.traces.get_mut(number as usize)?.as_deref_mut()
    }

    /// The traces from a number on.
    pub(crate) fn iter_from(&self, from: usize) -> impl Iterator<Item = &Compiled> {
        self.traces[from..].iter().flatten().map(|trace| &**trace)
    }

    /// Traces to come will not have numbers below this.
    pub(crate) fn complete(&self) -> usize {
        let open = self.open.iter().chain(&self.spare).min();
        open.map_or(self.traces.len(), |number| *number as usize)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Compiled> {
        self.traces.iter().flatten().map(|trace| &**trace)
    }
}

impl Targets for Table {
    fn find(&self, trace: u32) -> Option<&TraceCode> {
        let found = self.get(trace)?;
        found.valid.then_some(&found.code)
    }
}
