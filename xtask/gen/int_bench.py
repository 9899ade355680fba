"""The CPython side of coil/num/examples/int_bench.rs: the same operations on the same numbers."""

import math
import sys
import time

sys.set_int_max_str_digits(0)


def number(digits, seed):
    state, text = seed, ""
    for at in range(digits):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        digit = (state >> 60) % 10
        text += str(max(digit, 1) if at == 0 else digit)
    return int(text)


def measure(name, digits, code, **names):
    loop = {}
    exec(f"def loop(n, {','.join(names)}):\n for _ in range(n): {code}\n", {"gcd": math.gcd}, loop)
    empty = {}
    exec(f"def loop(n, {','.join(names)}):\n for _ in range(n): pass\n", {}, empty)
    # The least of each loop, not of their difference: a pause in the empty loop must not make the operation look fast.
    start = time.perf_counter()
    loop["loop"](1, *names.values())
    rounds = max(1, min(200_000, int(0.01 / max(time.perf_counter() - start, 5e-8))))
    best = best_empty = 1e9
    for _ in range(15):
        start = time.perf_counter()
        loop["loop"](rounds, *names.values())
        middle = time.perf_counter()
        empty["loop"](rounds, *names.values())
        best, best_empty = min(best, middle - start), min(best_empty, time.perf_counter() - middle)
    best = (best - best_empty) / rounds
    print(f"{name:8} {digits:6} {best * 1e9:12.1f} ns")


for digits in [19, 100, 400, 1000, 3000, 10_000]:
    a, b, c, small = number(digits, 1), number(digits, 2), number(2 * digits, 3), 1234
    text = str(a)
    measure("add", digits, "a + b", a=a, b=b)
    measure("sub", digits, "c - b", c=c, b=b)
    measure("mul", digits, "a * b", a=a, b=b)
    measure("mulsmall", digits, "a * s", a=a, s=small)
    measure("divmod", digits, "divmod(c, b)", c=c, b=b)
    measure("floordiv", digits, "a // b", a=a, b=b)
    measure("divsmall", digits, "a // s", a=a, s=small)
    measure("gcd", digits, "gcd(a, b)", a=a, b=b)
    measure("str", digits, "str(a)", a=a)
    measure("parse", digits, "int(t)", t=text)
