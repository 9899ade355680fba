//! Positions in a source text.

use ruff_text_size::TextSize;

/// Where the lines of a text start.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `source`, ended by LF, CR LF or CR.
    pub fn new(source: &str) -> LineIndex {
        let bytes = source.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        starts.push(0);
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\n' => starts.push(small(at + 1)),
                b'\r' if bytes.get(at + 1) != Some(&b'\n') => starts.push(small(at + 1)),
                _ => {}
            }
            at += 1;
        }
        LineIndex { starts }
    }

    /// How many lines there are (the one after the last newline included).
    pub fn line_count(&self) -> u32 {
        small(self.starts.len())
    }

    /// Line (from 1) and column (bytes, from 0) of an offset.
    pub fn line_column(&self, offset: TextSize) -> (u32, u32) {
        let offset = offset.to_u32();
        let line = self.starts.partition_point(|&start| start <= offset);
        (small(line), offset - self.starts[line - 1])
    }

    /// As [`LineIndex::line_column`], trying first the line of the last answer, which `hint` carries from call to call.
    pub fn line_column_near(&self, offset: TextSize, hint: &mut u32) -> (u32, u32) {
        let at = offset.to_u32();
        let mut line = (*hint).max(1) as usize;
        for _ in 0..4 {
            let Some(&start) = self.starts.get(line - 1) else {
                break;
            };
            if start > at {
                break;
            }
            match self.starts.get(line) {
                Some(&next) if next <= at => line += 1,
                _ => {
                    *hint = small(line);
                    return (small(line), at - start);
                }
            }
        }
        let found = self.line_column(offset);
        *hint = found.0;
        found
    }

    /// Line (from 1) and offset in characters (from 1), as SyntaxError has them.
    pub fn line_and_offset(&self, source: &str, offset: TextSize) -> (u32, u32) {
        let (line, column) = self.line_column(offset);
        let start = self.starts[line as usize - 1] as usize;
        let characters = source
            .get(start..start + column as usize)
            .map_or(column as usize, |text| text.chars().count());
        (line, small(characters + 1))
    }

    /// The text of a line, newline included.
    pub fn line_text<'a>(&self, source: &'a str, line: u32) -> &'a str {
        let at = line.max(1) as usize - 1;
        let start = self.starts.get(at).map_or(source.len(), |&at| at as usize);
        let end = self
            .starts
            .get(at + 1)
            .map_or(source.len(), |&at| at as usize);
        &source[start..end]
    }

    /// Offset of the first byte of a line (from 1).
    pub fn line_start(&self, line: u32) -> TextSize {
        let at = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        TextSize::new(self.starts[at])
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
