//! Programs of the toy language.

use super::toy::*;

fn w(op: u8, a: u8, b: u8, c: u8, imm: i32) -> u64 {
    word(op, a, b, c, imm)
}

/// Registers 0 = n, 1 = i, 2 = sum, 3 = 1, 4 = scratch; `body` between; returns register 2. Body words start at word 5.
fn counted(registers: u16, body: &[u64]) -> Source {
    let mut words = vec![
        w(CONST, 1, 0, 0, 0),
        w(CONST, 2, 0, 0, 0),
        w(CONST, 3, 0, 0, 1),
        w(HEADER, 0, 0, 0, 0),
        0,
    ];
    words.extend_from_slice(body);
    let back = 3 - (words.len() as i32 + 3);
    words.extend([
        w(ADD, 1, 1, 3, 0),
        w(LESS, 4, 1, 0, 0),
        w(JUMP_IF, 4, 0, 0, back),
        w(RETURN, 2, 0, 0, 0),
    ]);
    function(registers, registers, &words)
}

pub(super) fn sum() -> Program {
    vec![counted(5, &[w(ADD, 2, 2, 1, 0)])]
}

/// `sum += i`, and 2 more from the 100th turn on.
pub(super) fn turns_at_100() -> Program {
    let body = [
        w(CONST, 5, 0, 0, 100),
        w(LESS, 6, 1, 5, 0),
        w(JUMP_IF, 6, 0, 0, 2),
        w(ADD, 2, 2, 3, 0),
        w(ADD, 2, 2, 3, 0),
        w(ADD, 2, 2, 1, 0),
    ];
    vec![counted(8, &body)]
}

pub(super) fn fibonacci() -> Program {
    let main = function(
        8,
        8,
        &[
            w(MOVE, 4, 0, 0, 0),
            w(CALL, 2, 4, 1, 1),
            w(RETURN, 2, 0, 0, 0),
        ],
    );
    let fib = function(
        8,
        8,
        &[
            w(CONST, 1, 0, 0, 2),
            w(LESS, 2, 0, 1, 0),
            w(JUMP_IF, 2, 0, 0, 9),
            w(CONST, 3, 0, 0, 0),
            w(CONST, 1, 0, 0, 1),
            w(SUB, 4, 0, 1, 0),
            w(CALL, 2, 4, 1, 1),
            w(CONST, 1, 0, 0, 2),
            w(SUB, 4, 0, 1, 0),
            w(CALL, 1, 4, 1, 1),
            w(ADD, 2, 2, 1, 0),
            w(RETURN, 2, 0, 0, 0),
            w(RETURN, 0, 0, 0, 0),
        ],
    );
    vec![main, fib]
}

/// `sum += g(i)` and a call whose kind delivers 77; g calls h.
pub(super) fn calls() -> Program {
    let main = counted(
        12,
        &[
            w(MOVE, 7, 1, 0, 0),
            w(CALL, 5, 7, 1, 1),
            w(ADD, 2, 2, 5, 0),
            w(MOVE, 7, 1, 0, 0),
            w(CALL_KIND, 5, 7, 1, 2),
            w(ADD, 2, 2, 5, 0),
        ],
    );
    let g = function(
        8,
        8,
        &[
            w(MOVE, 4, 0, 0, 0),
            w(CALL, 1, 4, 1, 2),
            w(ADD, 1, 1, 0, 0),
            w(RETURN, 1, 0, 0, 0),
        ],
    );
    let h = function(
        3,
        3,
        &[
            w(MUL, 1, 0, 0, 0),
            w(CONST, 2, 0, 0, 50),
            w(LESS, 2, 0, 2, 0),
            w(JUMP_IF, 2, 0, 0, 1),
            w(RETURN, 1, 0, 0, 0),
            w(CONST, 1, 0, 0, 86),
            w(RETURN, 1, 0, 0, 0),
        ],
    );
    vec![main, g, h]
}

/// `for i: for j < i: sum += j; if j odd: sum += 1`.
pub(super) fn nested_loops() -> Program {
    let main = counted(
        10,
        &[
            w(CONST, 5, 0, 0, 0),
            w(JUMP, 0, 0, 0, 7),
            w(HEADER, 0, 0, 0, 0),
            0,
            w(ADD, 2, 2, 5, 0),
            w(HALT_IF_ODD, 5, 0, 0, 1),
            w(JUMP, 0, 0, 0, 1),
            w(ADD, 2, 2, 1, 0),
            w(ADD, 5, 5, 3, 0),
            w(LESS, 6, 5, 1, 0),
            w(JUMP_IF, 6, 0, 0, -9),
        ],
    );
    vec![main]
}

/// A callee raises its argument when that is odd; the caller adds what it catches thrice.
pub(super) fn exceptions() -> Program {
    let mut main = counted(
        12,
        &[
            w(MOVE, 7, 1, 0, 0),
            w(CALL, 5, 7, 1, 1),
            w(ADD, 2, 2, 5, 0),
            w(JUMP, 0, 0, 0, 3),
            w(CATCH, 5, 0, 0, 0),
            w(ADD, 2, 2, 5, 0),
            w(ADD, 2, 2, 5, 0),
        ],
    );
    main.tries.push((5, 8, 9));
    let middle = function(
        8,
        8,
        &[
            w(MOVE, 4, 0, 0, 0),
            w(CALL, 1, 4, 1, 2),
            w(ADD, 1, 1, 0, 0),
            w(RETURN, 0, 0, 0, 0),
        ],
    );
    let raiser = function(
        2,
        2,
        &[
            w(HALT_IF_ODD, 0, 0, 0, 1),
            w(RETURN, 0, 0, 0, 0),
            w(RAISE, 0, 0, 0, 0),
        ],
    );
    vec![main, middle, raiser]
}

pub(super) fn uncaught() -> Program {
    let main = counted(
        12,
        &[w(MOVE, 7, 1, 0, 0), w(CALL, 5, 7, 1, 1), w(ADD, 2, 2, 5, 0)],
    );
    let raiser = function(
        3,
        3,
        &[
            w(CONST, 1, 0, 0, 21),
            w(LESS, 2, 0, 1, 0),
            w(JUMP_IF, 2, 0, 0, 1),
            w(RAISE, 0, 0, 0, 0),
            w(RETURN, 0, 0, 0, 0),
        ],
    );
    vec![main, raiser]
}

/// A native that counts its calls, adds one, and raises now and then.
pub(super) fn natives() -> Program {
    let mut main = counted(
        8,
        &[
            w(NATIVE, 5, 1, 0, 0),
            w(ADD, 2, 2, 5, 0),
            w(JUMP, 0, 0, 0, 2),
            w(CATCH, 5, 0, 0, 0),
            w(ADD, 2, 2, 5, 0),
        ],
    );
    main.tries.push((5, 6, 8));
    vec![main]
}

pub(super) fn checked() -> Program {
    let mut main = counted(
        8,
        &[
            w(CHECKED, 5, 1, 0, 0),
            w(ADD, 2, 2, 5, 0),
            w(JUMP, 0, 0, 0, 2),
            w(CATCH, 5, 0, 0, 0),
            w(ADD, 2, 2, 5, 0),
        ],
    );
    main.tries.push((5, 6, 8));
    vec![main]
}

/// `p = (i, sum); p.first += p.first; if odd: q = p; sum = p.second + p.first`, and `q.first` at the end.
pub(super) fn pairs() -> Program {
    let mut main = counted(
        9,
        &[
            w(PAIR, 5, 1, 2, 0),
            w(GET_FIRST, 6, 5, 0, 0),
            w(ADD, 6, 6, 6, 0),
            w(SET_FIRST, 5, 6, 0, 0),
            w(HALT_IF_ODD, 1, 0, 0, 1),
            w(JUMP, 0, 0, 0, 1),
            w(MOVE, 7, 5, 0, 0),
            w(GET_SECOND, 2, 5, 0, 0),
            w(GET_FIRST, 6, 5, 0, 0),
            w(ADD, 2, 2, 6, 0),
        ],
    );
    let end = main.words.len() - 1;
    main.words.truncate(end);
    main.words.extend([
        w(GET_FIRST, 6, 7, 0, 0),
        w(CONST, 8, 0, 0, 58),
        w(SUB, 6, 6, 8, 0),
        w(ADD, 2, 2, 6, 0),
        w(RETURN, 2, 0, 0, 0),
    ]);
    vec![main]
}

/// A linked list is built in one loop and summed in another.
pub(super) fn chain() -> Program {
    let mut main = counted(9, &[w(PAIR, 5, 1, 5, 0)]);
    let end = main.words.len() - 1;
    main.words.truncate(end);
    main.words.extend([
        w(CONST, 1, 0, 0, 0),
        w(HEADER, 0, 0, 0, 0),
        0,
        w(GET_FIRST, 6, 5, 0, 0),
        w(ADD, 2, 2, 6, 0),
        w(GET_SECOND, 5, 5, 0, 0),
        w(ADD, 1, 1, 3, 0),
        w(LESS, 4, 1, 0, 0),
        w(JUMP_IF, 4, 0, 0, -8),
        w(RETURN, 2, 0, 0, 0),
    ]);
    vec![main]
}

/// A pair is carried round the loop and replaced by a new one each time; two paths, so that a bridge starts with it virtual.
pub(super) fn pair_carried() -> Program {
    let mut main = counted(
        9,
        &[
            w(GET_FIRST, 6, 5, 0, 0),
            w(HALT_IF_ODD, 1, 0, 0, 2),
            w(ADD, 6, 6, 1, 0),
            w(JUMP, 0, 0, 0, 2),
            w(ADD, 6, 6, 1, 0),
            w(ADD, 6, 6, 1, 0),
            w(PAIR, 7, 6, 1, 0),
            w(MOVE, 5, 7, 0, 0),
            w(GET_FIRST, 6, 5, 0, 0),
            w(GET_SECOND, 8, 5, 0, 0),
            w(ADD, 2, 6, 8, 0),
        ],
    );
    // The first pair is made before the loop; the header is five words further on.
    let mut words = vec![w(CONST, 6, 0, 0, 0), w(PAIR, 5, 6, 6, 0)];
    words.append(&mut main.words);
    let end = words.len() - 1;
    words.truncate(end);
    words.extend([
        w(GET_FIRST, 6, 5, 0, 0),
        w(CONST, 8, 0, 0, 2),
        w(ADD, 2, 2, 6, 0),
        w(CONST, 8, 0, 0, 1799),
        w(ADD, 6, 2, 8, 0),
        w(MOVE, 2, 2, 0, 0),
        w(RETURN, 2, 0, 0, 0),
    ]);
    main.words = words;
    vec![main]
}

/// A global is read in each round and written in every tenth.
pub(super) fn globals() -> Program {
    let main = counted(
        9,
        &[
            w(GLOBAL, 5, 0, 0, 0),
            w(ADD, 2, 2, 5, 0),
            w(CONST, 6, 0, 0, 30),
            w(LESS, 6, 6, 1, 0),
            w(JUMP_IF, 6, 0, 0, 4),
            w(CONST, 6, 0, 0, 7),
            w(LESS, 6, 6, 1, 0),
            w(JUMP_IF, 6, 0, 0, 1),
            w(SET_GLOBAL, 1, 0, 0, 0),
            w(HALT_IF_ODD, 1, 0, 0, 1),
            w(JUMP, 0, 0, 0, 0),
            w(CONST, 6, 0, 0, 89),
            w(LESS, 6, 6, 1, 0),
            w(CONST, 7, 0, 0, 18),
            w(HALT_IF_ODD, 6, 0, 0, 1),
            w(JUMP, 0, 0, 0, 1),
            w(SET_GLOBAL, 7, 0, 0, 0),
        ],
    );
    vec![main]
}

/// Each round a native runs a guest function that loops.
pub(super) fn nested_runs() -> Program {
    let main = counted(
        9,
        &[
            w(MOVE, 5, 1, 0, 0),
            w(NESTED, 5, 5, 0, 1),
            w(ADD, 2, 2, 5, 0),
        ],
    );
    let inner = counted(
        6,
        &[w(ADD, 2, 2, 1, 0), w(ADD, 2, 2, 3, 0), w(ADD, 2, 2, 3, 0)],
    );
    vec![main, inner]
}

/// A native deep in inlined calls adds up register 0 of all frames.
pub(super) fn depths() -> Program {
    let main = counted(
        12,
        &[w(MOVE, 7, 1, 0, 0), w(CALL, 5, 7, 1, 1), w(ADD, 2, 2, 5, 0)],
    );
    let middle = function(
        8,
        8,
        &[
            w(ADD, 4, 0, 0, 0),
            w(CALL, 1, 4, 1, 2),
            w(ADD, 1, 1, 0, 0),
            w(RETURN, 1, 0, 0, 0),
        ],
    );
    let leaf = function(
        3,
        3,
        &[
            w(ADD, 0, 0, 0, 0),
            w(DEPTH, 1, 0, 0, 0),
            w(RETURN, 1, 0, 0, 0),
        ],
    );
    vec![main, middle, leaf]
}

/// Doubles until the overflow is caught; what was boxed meanwhile is kept.
pub(super) fn doubling() -> Program {
    let mut main = counted(
        9,
        &[
            w(HALT_IF_ODD, 1, 0, 0, 0),
            w(ADD, 5, 2, 2, 0),
            w(MOVE, 2, 5, 0, 0),
            w(JUMP, 0, 0, 0, 1),
            w(CATCH, 5, 0, 0, 0),
        ],
    );
    main.words[1] = w(CONST, 2, 0, 0, 1);
    main.tries.push((6, 7, 9));
    vec![main]
}

pub(super) fn floats() -> Program {
    let mut main = counted(
        9,
        &[
            w(FLOAT, 5, 0, 0, 1),
            w(ADD, 6, 6, 5, 0),
            w(ADD, 2, 2, 6, 0),
            w(LESS, 7, 6, 2, 0),
            w(JUMP_IF, 7, 0, 0, 1),
            w(ADD, 2, 2, 5, 0),
        ],
    );
    main.words[1] = w(FLOAT, 2, 0, 0, 0);
    main.words.insert(0, w(FLOAT, 6, 0, 0, 0));
    vec![main]
}

/// A register that is now an int, now a float.
pub(super) fn mixed() -> Program {
    let main = counted(
        9,
        &[
            w(HALT_IF_ODD, 1, 0, 0, 3),
            w(CONST, 5, 0, 0, 4),
            w(ADD, 2, 2, 5, 0),
            w(JUMP, 0, 0, 0, 2),
            w(FLOAT, 5, 0, 0, 3),
            w(ADD, 6, 5, 5, 0),
        ],
    );
    vec![main]
}

pub(super) fn lookups() -> Program {
    let main = counted(
        9,
        &[
            w(LOOKUP, 5, 1, 0, 0),
            0,
            w(ADD, 2, 2, 5, 0),
            w(CONST, 6, 0, 0, 37),
            w(LESS, 6, 6, 1, 0),
            w(HALT_IF_ODD, 6, 0, 0, 1),
            w(JUMP, 0, 0, 0, 1),
            w(SET_GLOBAL, 6, 0, 0, 3),
            w(GLOBAL, 7, 0, 0, 3),
            w(ADD, 2, 2, 7, 0),
            w(HALT_IF_ODD, 3, 0, 0, 0),
        ],
    );
    vec![main]
}

pub(super) fn endless() -> Program {
    vec![function(
        2,
        2,
        &[
            w(CONST, 0, 0, 0, 0),
            w(CONST, 1, 0, 0, 3),
            w(HEADER, 0, 0, 0, 0),
            0,
            w(ADD, 0, 1, 1, 0),
            w(JUMP, 0, 0, 0, -4),
        ],
    )]
}

pub(super) fn endless_recursion() -> Program {
    let words = [
        w(CONST, 2, 0, 0, 0),
        w(CONST, 3, 0, 0, 7),
        w(CALL, 1, 3, 1, 0),
        w(RETURN, 1, 0, 0, 0),
    ];
    vec![function(5, 5, &words)]
}
