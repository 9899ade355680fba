//! Names as small numbers, with private names mangled.

use rustc_hash::FxHashMap;

/// An interned name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct NameId(pub(crate) u32);

macro_rules! well_known {
    ($($constant:ident $text:literal;)*) => {
        #[allow(clippy::upper_case_acronyms, reason = "numbers the constants")]
        enum Position { $($constant),* }
        #[allow(clippy::upper_case_acronyms, reason = "names of constants")]
        impl NameId {
            $(#[doc = $text] pub(crate) const $constant: NameId = NameId(Position::$constant as u32);)*
        }
        const WELL_KNOWN: &[&str] = &[$($text),*];
    };
}

#[allow(non_camel_case_types, reason = "the enum only numbers the constants")]
mod known {
    use super::NameId;
    well_known! {
        CLASS "__class__";
        CLASSDICT "__classdict__";
        CONDITIONAL "__conditional_annotations__";
        SUPER "super";
        DEBUG "__debug__";
        DOT_ZERO ".0";
        DOT_FORMAT ".format";
        DOT_TYPE_PARAMS ".type_params";
        DOT_GENERIC_BASE ".generic_base";
        DOT_DEFAULTS ".defaults";
        DOT_KWDEFAULTS ".kwdefaults";
        ANNOTATE "__annotate__";
        LAMBDA "<lambda>";
        MODULE "<module>";
        GENEXPR "<genexpr>";
        LISTCOMP "<listcomp>";
        SETCOMP "<setcomp>";
        DICTCOMP "<dictcomp>";
        TOP "top";
    }
    pub(super) const ALL: &[&str] = WELL_KNOWN;
}

/// The table of names of one compilation.
pub(crate) struct Names {
    ids: FxHashMap<Box<str>, NameId>,
    texts: Vec<Box<str>>,
}

impl Names {
    pub(crate) fn new() -> Names {
        let mut names = Names {
            ids: FxHashMap::default(),
            texts: Vec::new(),
        };
        for text in known::ALL {
            names.intern(text);
        }
        names
    }

    pub(crate) fn intern(&mut self, text: &str) -> NameId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = NameId(u32::try_from(self.texts.len()).expect("fewer names than source bytes"));
        self.texts.push(text.into());
        self.ids.insert(text.into(), id);
        id
    }

    pub(crate) fn text(&self, id: NameId) -> &str {
        &self.texts[id.0 as usize]
    }

    /// Interns `text` as seen inside class `class`: `__x` becomes `_Class__x`.
    pub(crate) fn mangle(&mut self, class: Option<NameId>, text: &str) -> NameId {
        match class {
            Some(class) if is_private(text) => {
                let class = self.text(class).trim_start_matches('_');
                if class.is_empty() {
                    return self.intern(text);
                }
                let mangled = format!("_{class}{text}");
                self.intern(&mangled)
            }
            _ => self.intern(text),
        }
    }
}

fn is_private(text: &str) -> bool {
    text.starts_with("__") && !text.ends_with("__") && !text.contains('.')
}

#[cfg(test)]
mod tests {
    use super::{NameId, Names};

    #[test]
    fn private_names_are_mangled_in_classes_only() {
        let mut names = Names::new();
        let class = names.intern("__Spam");
        for (text, want) in [
            ("__x", "_Spam__x"),
            ("__x__", "__x__"),
            ("_x", "_x"),
            ("__", "__"),
        ] {
            let id = names.mangle(Some(class), text);
            assert_eq!(names.text(id), want);
            let id = names.mangle(None, text);
            assert_eq!(names.text(id), text);
        }
    }

    #[test]
    fn well_known_names_have_their_numbers() {
        let mut names = Names::new();
        assert_eq!(names.intern("__class__"), NameId::CLASS);
        assert_eq!(names.intern("<module>"), NameId::MODULE);
        assert_eq!(names.text(NameId::DOT_ZERO), ".0");
    }
}
