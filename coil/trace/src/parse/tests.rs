//! Printer and parser invert each other; malformed text gives an error.

use super::{parse_compiled, parse_trace};

const TRACE: &str = "\
field f0 = +16 val alias 3 mutable barrier object
field f1 = -8 u16 alias 4 immutable barrier none
field f2 = +0 ref alias 5 mutable barrier slot(16)
call c0 = list_append @0x40 (ref, val) -> int writes(5) raises collects
call c1 = anything @0x50 () -> void any raises collects frames
new n0 = layout 20 size 32
inputs 0 3 -1
v0 = input_val(#0)
b1 = is_int(v0)
guard_true(b1) [s0]
i3 = unbox_int(v0)
i4 = int_add_ovf(i3, -7)
guard_no_ovf(i4) [s0]
r6 = new(ref(0x1000)) n0 [s1]
v7 = box_int(i4)
store(r6, v7) f0
i9 = call_int(r6, flt(-0.0)) c0 [s1]
guard_no_raise() [s1]
call_void() c1 [s1]
guard_no_raise() [s1]
f13 = float_add(1.5, float(0x7ff8000000000001))
store_item(r6, i9, val(0x0)) f0
store_slot(int(5)) #-3
snapshot s0 = at 0x10:3 base 0 result 0 kind 0 {}
snapshot s1 = parent s0 at 0x20:4 base 6 result 2 kind 1 {6: v7, 7: int(-4), 8: val(0x0)}
end loop s1
";

const COMPILED: &str = "\
field f0 = +16 val alias 3 mutable barrier object
new n0 = layout 20 size 32
inputs 0
v0 = input_val(#0)
i1 = unbox_int(v0)
label l0 phis 2 (i1, 1.5)
i2 = phi_int(#0)
f3 = phi_float(#1)
b4 = int_lt(i2, 100)
guard_true(b4) [e0]
i6 = int_add(i2, 1)
exit e0 = at 0x10:3 base 0 result 0 kind 0 at 0x20:9 base 8 result 1 kind 2 \
{0: box_int(i2), 1: virtual(0), 2: v0, 3: box_float(f3)} with {n0 ref(0x1000) {f0: virtual(1)}, n0 ref(0x1000) {}}
end jump l0 (i6, f3)
";

#[test]
fn a_trace_survives_parsing_and_printing() {
    let trace = parse_trace(TRACE).expect("parses");
    assert_eq!(trace.to_string(), TRACE);
    assert_eq!(
        parse_trace(&trace.to_string()).expect("parses again"),
        trace
    );
}

#[test]
fn a_compiled_trace_survives_parsing_and_printing() {
    let compiled = parse_compiled(COMPILED).expect("parses");
    assert_eq!(compiled.to_string(), COMPILED);
    for end in [
        "end link 4 l1 (i1)",
        "end enter 4 e0",
        "end exit e0",
        "end return v0",
    ] {
        let text = COMPILED.replace("end jump l0 (i6, f3)", end);
        assert_eq!(parse_compiled(&text).expect("parses").to_string(), text);
    }
}

#[test]
fn every_truncated_or_damaged_line_is_an_error_or_a_trace_but_never_a_panic() {
    for text in [TRACE, COMPILED] {
        for (cut, _) in text.char_indices() {
            let _ = parse_trace(&text[..cut]);
            let _ = parse_compiled(&text[..cut]);
            let _ = parse_trace(&format!("{}{}", &text[..cut], &text[cut + 1..]));
        }
    }
    assert_eq!(
        parse_trace("x = nonsense(1)").expect_err("no such op").line,
        1
    );
    assert!(parse_trace("x = int_add(1)").is_err());
    assert!(parse_trace("x = int_add(1, y)").is_err());
    assert!(parse_trace("x = int_add(1, 2) 3").is_err());
    assert!(parse_trace("x = int_neg(1)\nx = int_neg(1)").is_err());
}
