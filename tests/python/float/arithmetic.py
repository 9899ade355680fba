# Floating-point arithmetic with infinities, NaN, signed zeros and ints beside them.
inf, nan = float("inf"), float("nan")
for a in [1.5, -2.25, 0.0, -0.0, inf, -inf, 1e308]:
    for b in [2.0, -0.5, inf, 3]:
        print(a, b, a + b, a - b, a * b, a / b, end=" ")
        if a not in (inf, -inf):
            print(a // b, a % b, divmod(a, b))
        else:
            print(a // b, a % b)
print(nan == nan, nan != nan, nan < 1, nan > 1, nan is nan, [nan] == [nan], nan in [nan], {nan: 1}[nan], [nan].count(nan), [nan].index(nan))
print(-0.0, 0.0 == -0.0, 0.0 - 0.0, -0.0 + 0.0, -0.0 - 0.0, 1 / inf, -1 / inf, 0.0 * -1, abs(-0.0), str(-0.0))
print(2.0 ** 0.5, 2 ** 0.5, (-8.0) ** 2, 4 ** -0.5, 2.0 ** -1074, 0.0 ** 0, inf ** 0, nan ** 0, 1 ** nan, (-1.0) ** inf)
print((-8) ** (1 / 3) == complex(-8) ** (1 / 3), 1e300 * 1e10, -1e300 * 1e10, 5 // 0.3, -5 // 0.3, 5 % -0.3 < 0)
print(0.1 + 0.2, 0.1 + 0.2 == 0.3, 1e16 + 1, 1e16 + 1.0 == 1e16, 2 ** 53 + 1 == float(2 ** 53), 2 ** 53 == float(2 ** 53))
print(1.0.is_integer(), 1.5.is_integer(), 2.5.as_integer_ratio(), (-0.75).hex(), float.fromhex("0x1.8p3"), (1e22).conjugate(), 3.7.__trunc__())
print(round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1e20), round(1234.5678, -2), round(0.5), round(1.5, 0), type(round(1.5)))
for f in [lambda: 1.0 / 0, lambda: 1.0 // 0, lambda: 1.0 % 0, lambda: 0.0 ** -1, lambda: int(inf), lambda: int(nan), lambda: round(inf),
          lambda: divmod(1.0, 0.0), lambda: 1.5 + "a", lambda: 1.5 << 1, lambda: "a" * 2.0, lambda: [1][1.0], lambda: inf.as_integer_ratio()]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
try:
    10.0 ** 400
except OverflowError as e:
    print(type(e).__name__)
