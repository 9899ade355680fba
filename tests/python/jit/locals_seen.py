# Locals and frames looked at in the middle of hot loops; they must show the current values.
import sys


def peek(n):
    seen = []
    total = 0
    for i in range(n):
        total += i
        twice = i * 2
        if i % 700 == 699:
            frame = sys._getframe()
            seen.append((frame.f_locals["i"], frame.f_locals["total"], frame.f_locals["twice"], sorted(locals())[:3]))
    return seen


print(peek(3000))


def caller_value(n):
    t = 0
    for k in range(n):
        t += callee(k)
    return t


def callee(x):
    if x % 1000 == 999:
        f = sys._getframe(1)
        log.append((f.f_code.co_name, f.f_locals["k"], f.f_locals["t"]))
    return x


log = []
print(caller_value(3500), log)


def chain(n):
    names = []
    f = sys._getframe()
    while f is not None and len(names) < n:
        names.append(f.f_code.co_name)
        f = f.f_back
    return names


def a(i):
    return b(i) if i % 900 else chain(3)


def b(i):
    return i


last = None
for i in range(1, 3000):
    r = a(i)
    if isinstance(r, list):
        last = r
print(last[:2])


def lines(n):
    out = []
    for i in range(n):
        if i == 2500:
            out.append(sys._getframe().f_lineno)
    return out


print(lines(3000))


def dead(n):
    kept = "kept"
    for i in range(n):
        gone = [i]
        gone = None
    return sorted(locals().items())


print(dead(2500))


def execd(n):
    t = 0
    for i in range(n):
        if i % 1000 == 0:
            t += eval("i + t")
        else:
            t += 1
    return t


print(execd(3500))
