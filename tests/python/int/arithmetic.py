# Integer arithmetic: signs of // and %, powers, shifts, bit operations.
for a in [7, -7, 0, 13, -13]:
    for b in [2, -2, 3, -5]:
        print(a, b, a + b, a - b, a * b, a // b, a % b, divmod(a, b), a / b)
        assert (a // b) * b + a % b == a
for a in [0, 1, -1, 5, -6, 255]:
    print(a, ~a, -a, +a, abs(a), a & 12, a | 12, a ^ 12, a << 3, a >> 1, a >> 70)
print(2 ** 10, (-2) ** 3, 2 ** -2, 0 ** 0, (-8) ** 1, 10 ** 18, pow(3, 200, 13), pow(3, -1, 7), pow(-4, 3, 7))
print(True + True, True * 5, ~True == -2, True & False, True | 2, True ^ True, -True)
print(5 .real, (5).imag, (5).numerator, (5).denominator, (5).conjugate(), (5).bit_length(), (-5).bit_count())
print(int(), int("42"), int("-0x1f", 16), int("0b101", 0), int("z", 36), int(3.99), int(-3.99), int(True), int("1_000"))
print(7 .__add__(3), (7).__radd__(3), (7).__add__(1.5), (7).__rsub__(10), (7).__floordiv__(2))
for bad in ["", "x", "1__0", "0x", "9" * 3 + "a", " 1 2 "]:
    try:
        int(bad)
    except ValueError as e:
        print(e)
for f in [lambda: 1 // 0, lambda: 1 % 0, lambda: 1 / 0, lambda: divmod(1, 0), lambda: 0 ** -1, lambda: 1 << -1,
          lambda: 1 >> -2, lambda: 1 + "a", lambda: "a" * 1.5, lambda: pow(2, 3, 0), lambda: pow(2, -1, 4), lambda: int([])]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
