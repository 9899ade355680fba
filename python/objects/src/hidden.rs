//! table: hidden guest functions. What builtin functions do with all items of a generator is written in Python here, so that the interpreter
//! resumes the generator in its own loop and traces go through it. Tracebacks and frames do not show them.

macro_rules! functions {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal;)*) => {
        /// Number of each function in `Interp::hidden`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Hidden { $($(#[doc = $doc])* $variant),* }

        /// The functions' names in [`SOURCE`], by number.
        pub const NAMES: &[&str] = &[$($name),*];
    };
}

functions! {
    /// `list(generator)`
    List "_list";
    /// `tuple(generator)`
    Tuple "_tuple";
    /// `set(generator)`
    Set "_set";
    /// `frozenset(generator)`
    FrozenSet "_frozenset";
    /// `any(generator)`
    Any "_any";
    /// `all(generator)`
    All "_all";
    /// `sum(generator)`
    Sum "_sum";
    /// `sorted(generator)`
    Sorted "_sorted";
    /// `str.join(generator)`
    Join "_join";
}

/// How many there are.
pub const COUNT: usize = NAMES.len();

/// Their source. It runs with the builtins as they are at start-up.
pub const SOURCE: &str = "
def _list(items):
    return [item for item in items]
def _tuple(items):
    return (*[item for item in items],)
def _set(items):
    return {item for item in items}
def _frozenset(items):
    return frozenset({item for item in items})
def _any(items):
    for item in items:
        if item:
            return True
    return False
def _all(items):
    for item in items:
        if not item:
            return False
    return True
def _prepend(item, items):
    yield item
    yield from items
def _sum(items):
    total = 0
    for item in items:
        if type(item) is not int:
            if type(item) is float and -2**63 <= total < 2**63:
                return _sum_floats(total + item, items)
            return sum(_prepend(item, items), total)
        total = total + item
    return total
def _sum_floats(total, items):
    error = 0.0
    for item in items:
        kind = type(item)
        if kind is not float:
            if kind is int or kind is bool:
                item = item * 1.0
            elif issubclass(kind, int):
                item = int.__float__(item)
            else:
                return sum(_prepend(item, items), _rounded(total, error))
        next = total + item
        if abs(total) >= abs(item):
            error += (total - next) + item
        else:
            error += (item - next) + total
        total = next
    return _rounded(total, error)
def _rounded(total, error):
    return total + error if error and error - error == 0.0 else total
def _sorted(items):
    return sorted([item for item in items])
def _join(separator, items):
    return separator.join([item for item in items])
";
