//! Parallel moves: many values change places at once.
//!
//! The destinations are distinct. Each round emits every move whose destination no other pending move still reads; when none is
//! left, all remaining moves form cycles: one source is saved to a scratch place, and its readers read that instead.

/// One move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Move<P> {
    pub(crate) to: P,
    pub(crate) from: P,
}

/// Orders `moves` and hands them to `emit` one by one. `scratch(place)` names a place that holds any value of that place's kind
/// and that no move names and `emit` does not use between two calls.
pub(crate) fn sequence<P: Copy + PartialEq>(
    moves: &mut Vec<Move<P>>,
    scratch: impl Fn(P) -> P,
    mut emit: impl FnMut(P, P),
) {
    moves.retain(|m| m.to != m.from);
    while !moves.is_empty() {
        let mut progress = false;
        let mut at = 0;
        while at < moves.len() {
            let Move { to, from } = moves[at];
            let blocked = moves
                .iter()
                .enumerate()
                .any(|(other, m)| other != at && m.from == to);
            if blocked {
                at += 1;
            } else {
                emit(to, from);
                moves.swap_remove(at);
                progress = true;
            }
        }
        if !progress {
            let from = moves[0].from;
            let saved = scratch(from);
            emit(saved, from);
            for m in moves.iter_mut().filter(|m| m.from == from) {
                m.from = saved;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Move, sequence};

    /// Every assignment of sources to five places (cycles and fans included) ends as a simultaneous move would.
    #[test]
    fn all_maps_of_five_places_are_simultaneous() {
        const N: usize = 5;
        for code in 0..N.pow(N as u32) {
            let source = |at: usize| code / N.pow(at as u32) % N;
            let mut moves: Vec<_> = (0..N)
                .map(|to| Move {
                    to,
                    from: source(to),
                })
                .collect();
            let mut place = [0, 1, 2, 3, 4, usize::MAX];
            sequence(&mut moves, |_| N, |to, from| place[to] = place[from]);
            for (to, &value) in place.iter().enumerate().take(N) {
                assert_eq!(value, source(to), "map {code}");
            }
        }
    }
}
