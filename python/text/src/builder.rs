//! Text under construction: bytes while it is ASCII, code points from the first other character on.

use crate::args::MAX_SIZE;
use taipan_objects::str::Text;
use taipan_objects::{PyResult, Vm};

/// Text under construction.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    ascii: Vec<u8>,
    wide: Option<Vec<u32>>,
}

impl Builder {
    fn widen(&mut self) -> &mut Vec<u32> {
        let ascii = &mut self.ascii;
        self.wide
            .get_or_insert_with(|| std::mem::take(ascii).into_iter().map(u32::from).collect())
    }

    /// Appends Rust text.
    pub(crate) fn push_str(&mut self, text: &str) {
        match &mut self.wide {
            None if text.is_ascii() => self.ascii.extend_from_slice(text.as_bytes()),
            _ => self.widen().extend(text.chars().map(u32::from)),
        }
    }

    /// Appends the text of a str.
    pub(crate) fn push_text(&mut self, text: Text<'_>) {
        match (&mut self.wide, text) {
            (None, Text::Ascii(bytes)) => self.ascii.extend_from_slice(bytes),
            (_, text) => crate::str_join::push(self.widen(), text),
        }
    }

    /// Appends code points.
    pub(crate) fn push_points(&mut self, points: &[u32]) {
        points.iter().for_each(|point| self.push(*point, 1));
    }

    /// Appends a code point so often.
    pub(crate) fn push(&mut self, point: u32, count: usize) {
        match &mut self.wide {
            None if point < 0x80 => self.ascii.extend(std::iter::repeat_n(point as u8, count)),
            _ => self.widen().extend(std::iter::repeat_n(point, count)),
        }
    }

    /// Appends a code point so often, or raises MemoryError if that is absurd.
    pub(crate) fn pad(&mut self, vm: &mut Vm, point: u32, count: usize) -> PyResult<()> {
        if count > MAX_SIZE >> 8 {
            return Err(vm.raise_memory_error());
        }
        self.push(point, count);
        Ok(())
    }

    /// The str.
    pub(crate) fn finish(self, vm: &mut Vm) -> PyResult {
        match self.wide {
            None => vm.new_ascii(&self.ascii),
            Some(points) => vm.new_str_points(&points),
        }
    }
}
