# Tuples that only pass values on are never made; calls of closures are inlined, and so are bodies of calls with defaults (binding their
# arguments is a call).


def swaps(n):
    # expect-trace: loop swaps: no new, no call_*, no box_*, no load*, no store*, ends jump
    a, b = 0, 1
    turns = 0
    while turns < n:
        a, b = b, (a + b) % 1000003
        turns += 1
    return a


def add(a, b=1, *, scale=2):
    return (a + b) * scale


def defaults(n):
    # expect-trace: loop defaults: no new, call_* <= 1, int_mul_ovf == 1, ends jump
    s = 0
    i = 0
    while i < n:
        s += add(i)
        i += 1
    return s


def closures(n):
    # expect-trace: loop closures: no new, no call_*, no box_*, no store*, ends jump
    base = 11

    def shifted(x):
        return x + base

    s = 0
    i = 0
    while i < n:
        s += shifted(i)
        i += 1
    return s


print(swaps(5000))
print(defaults(5000))
print(closures(5000))
