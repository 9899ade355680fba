# Tracebacks as objects: frames, line numbers, and locals, dead ones included.
import sys


def leaf(n):
    dead = [n] * 3
    used = n + 1
    used = used * 2
    if n == 2999:
        raise ValueError(n)
    return used


def caller():
    total = 0
    early = "never used again"
    for i in range(5000):
        t = (i, i + 1)
        total += leaf(i)
    return total


try:
    caller()
except ValueError as e:
    tb = e.__traceback__
    rows = []
    while tb is not None:
        f = tb.tb_frame
        rows.append((f.f_code.co_name, tb.tb_lineno))
        if f.f_code.co_name != "<module>":
            print(f.f_code.co_name, sorted(f.f_locals.items()))
        tb = tb.tb_next
    print(rows)


def me():
    f = sys._getframe()
    x = 5
    return f.f_code.co_name, f.f_lineno, f.f_back.f_code.co_name, f.f_locals["x"], sys._getframe(1).f_code.co_name


print(me())


def stack():
    names = []
    f = sys._getframe()
    while f:
        names.append((f.f_code.co_name, f.f_lineno))
        f = f.f_back
    return names


def deep(n):
    return deep(n - 1) if n else stack()[:5]


print(deep(5))
seen = set()
for i in range(3000):
    f = sys._getframe() if i % 1000 == 999 else None
    if f:
        seen.add(f.f_lineno)
print(seen)


def deleted():
    a = 1
    b = 2
    del a
    raise KeyError


try:
    deleted()
except KeyError as e:
    print(e.__traceback__.tb_next.tb_frame.f_locals)
