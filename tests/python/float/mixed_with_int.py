# Arithmetic and comparison of ints and floats, exact where both are big.
import math

print(1 + 0.5, 2 * 1.5, 7 / 2, 7 // 2.0, 7 % 2.5, 2 ** 0.5 == math.sqrt(2), 3 - 0.0, True + 0.5)
print(2 ** 53 + 1 > float(2 ** 53), 2 ** 53 + 1 == float(2 ** 53), 10 ** 400 > 1e308, -(10 ** 400) < float("-inf"), 10 ** 400 < float("inf"))
print(1 < 1.5 < 2, 0 == 0.0, 3 == 3.0000000000000004, hash(3.0) == hash(3), hash(0.5) == hash(0.5), {1.0, 1, True}, {2: "a"}[2.0])
print(math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), int(-1.5), math.floor(1e20), type(math.floor(2.0)))
print(math.isnan(float("nan")), math.isinf(1e400), math.copysign(1, -0.0), math.fabs(-3), math.fmod(-7, 3), math.hypot(3, 4), math.gcd(12, 18), math.isqrt(10 ** 20))
print(math.sqrt(16), math.pi, math.e, math.pow(2, 3), math.log2(8), math.exp(0), math.factorial(20), math.prod([1, 2, 3.0]), math.fsum([0.1] * 10), sum([0.1] * 10))
print(math.frexp(8.5), math.ldexp(0.5, 5), math.modf(-2.75), math.isclose(0.1 + 0.2, 0.3), math.comb(10, 3), math.perm(5, 2), math.lcm(4, 6))
for f in [lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.factorial(-1), lambda: math.floor("x"), lambda: math.exp(1000), lambda: math.sqrt("a")]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
total = 0
for i in range(100):
    total += i if i % 3 else i * 0.5
print(total, type(total))
total = 0.0
for i in range(1, 2001):
    total += 1 / i
    if i % 500 == 0:
        print(i, total, total // 1, int(total * 1000))
x = 10 ** 17
print(x / 3, x * 0.1, x // 7.0, float(x) == x, x + 0.5 == x, (x + 1) / x)
