//! table: hidden guest functions. What builtin functions do with all items of a generator is written in Python here, so that the interpreter
//! resumes the generator in its own loop and traces go through it. Tracebacks and frames do not show them.

/// Number of each function in `Interp::hidden`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hidden {
    /// `list(generator)`
    List,
    /// `tuple(generator)`
    Tuple,
    /// `set(generator)`
    Set,
    /// `frozenset(generator)`
    FrozenSet,
    /// `any(generator)`
    Any,
    /// `all(generator)`
    All,
    /// `sum(generator)`
    Sum,
    /// `sorted(generator)`
    Sorted,
    /// `str.join(generator)`
    Join,
}

/// How many there are.
pub const COUNT: usize = 9;

/// The functions' names in [`SOURCE`], by number.
pub const NAMES: [&str; COUNT] = [
    "_list",
    "_tuple",
    "_set",
    "_frozenset",
    "_any",
    "_all",
    "_sum",
    "_sorted",
    "_join",
];

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
            return sum(_prepend(item, items), total)
        total = total + item
    return total
def _sorted(items):
    return sorted([item for item in items])
def _join(separator, items):
    return separator.join([item for item in items])
";
