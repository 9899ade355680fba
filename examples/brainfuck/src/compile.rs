//! From Brainfuck text to words: the operation in the low byte, its operand above. A loop is `[`, `*` (its header, with a word for
//! the counter), the body, and `]`; 0 ends the program.

/// The words of a program. Runs of the same operation become one.
///
/// # Errors
/// Brackets that do not match.
pub(crate) fn compile(source: &str) -> Result<Vec<u64>, String> {
    let mut words: Vec<u64> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut last = None;
    let word = |op: u8, operand: i64| (operand << 8).cast_unsigned() | u64::from(op);
    for symbol in source.chars() {
        let (op, step) = match symbol {
            '+' => (b'+', 1),
            '-' => (b'+', -1),
            '>' => (b'>', 1),
            '<' => (b'>', -1),
            '.' => (b'.', 0),
            '[' => {
                open.push(words.len());
                words.extend([0, b'*'.into(), 0]);
                last = None;
                continue;
            }
            ']' => {
                let Some(start) = open.pop() else {
                    return Err("a ']' without '['".to_owned());
                };
                let distance = (words.len() - start) as i64;
                words.push(word(b']', -distance));
                words[start] = word(b'[', distance);
                last = None;
                continue;
            }
            _ => continue,
        };
        match words.last_mut() {
            Some(previous) if last == Some(op) && op != b'.' => {
                *previous = word(op, (previous.cast_signed() >> 8) + step);
            }
            _ => words.push(word(op, step)),
        }
        last = Some(op);
    }
    words.push(0);
    match open.is_empty() {
        true => Ok(words),
        false => Err("a '[' without ']'".to_owned()),
    }
}
