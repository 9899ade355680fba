//! A formatted field before it becomes a string: fill, sign and prefix, fill, body, fill.
//!
//! The fill may be any code point, so a field is handed out as code points, or as ASCII where it is.

/// A padded field.
///
/// Shape: `left` fills, `prefix`, `middle` fills, `body`, `right` fills.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Fills before everything.
    pub left: usize,
    /// Sign and base prefix.
    pub prefix: String,
    /// Fills between prefix and body.
    pub middle: usize,
    /// Digits, or other text.
    pub body: String,
    /// Fills after everything.
    pub right: usize,
    /// The code point to fill with.
    pub fill: u32,
}

/// Where the fill goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`: after the text.
    Left,
    /// `>`: before the text.
    Right,
    /// `^`: on both sides, one more on the right if odd.
    Center,
    /// `=`: after sign and prefix.
    AfterSign,
}

impl Layout {
    /// Pads to `width` code points.
    pub(crate) fn pad(mut self, width: usize, align: Align) -> Layout {
        let missing = width.saturating_sub(self.prefix.chars().count() + self.body.chars().count());
        match align {
            Align::Left => self.right = missing,
            Align::Right => self.left = missing,
            Align::AfterSign => self.middle = missing,
            Align::Center => {
                self.left = missing / 2;
                self.right = missing - self.left;
            }
        }
        self
    }

    /// Length in code points.
    pub fn len(&self) -> usize {
        self.left
            + self.prefix.chars().count()
            + self.middle
            + self.body.chars().count()
            + self.right
    }

    /// Whether the field has no characters.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The field's code points in order.
    pub fn code_points(&self) -> impl Iterator<Item = u32> {
        let fill = |count| std::iter::repeat_n(self.fill, count);
        fill(self.left)
            .chain(self.prefix.chars().map(u32::from))
            .chain(fill(self.middle))
            .chain(self.body.chars().map(u32::from))
            .chain(fill(self.right))
    }

    /// The field as a string; `None` if a surrogate fills it.
    pub fn to_text(&self) -> Option<String> {
        if self.left + self.middle + self.right == 0 {
            return Some(format!("{}{}", self.prefix, self.body));
        }
        self.code_points().map(char::from_u32).collect()
    }
}

/// Digits grouped from the right and extended by zeros to at least `min_width` characters, never starting with a separator.
pub(crate) fn group(digits: &str, separator: Option<(char, usize)>, min_width: usize) -> String {
    let Some((separator, size)) = separator else {
        let zeros = min_width.saturating_sub(digits.len());
        return std::iter::repeat_n('0', zeros)
            .chain(digits.chars())
            .collect();
    };
    let mut count = digits.len().max(1).max(min_width / (size + 1) * size);
    while count + (count - 1) / size < min_width {
        count += 1;
    }
    let mut out = String::with_capacity(count + count / size);
    let zeros = std::iter::repeat_n('0', count - digits.len());
    for (at, digit) in zeros.chain(digits.chars()).enumerate() {
        if at > 0 && (count - at).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}
