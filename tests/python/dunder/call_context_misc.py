# __call__, __enter__/__exit__, __str__/__repr__/__format__, __bool__/__len__, __del__ not needed, __copy__-free things.
class F:
    def __init__(self, k):
        self.k = k

    def __call__(self, x, *rest, **kw):
        return (self.k * x, rest, kw)

    def __str__(self):
        return "str!"

    def __repr__(self):
        return "repr!"

    def __format__(self, spec):
        return f"<{spec}>"


f = F(3)
print(f(2), f(2, 3, a=4), callable(f), callable(5), f, [f], str(f), repr(f), f"{f} {f!r} {f!s:>6} {f:abc}", format(f, "q"), "%s %r" % (f, f), "{:zz}".format(f))


class OnlyRepr:
    def __repr__(self):
        return "only"


print(OnlyRepr(), f"{OnlyRepr()}", str([OnlyRepr()]))
for bad in [type("B", (), {"__str__": lambda s: 5}), type("B", (), {"__repr__": lambda s: None})]:
    try:
        print(str(bad()))
    except TypeError as e:
        print(e)
try:
    format(OnlyRepr(), "x")
except TypeError as e:
    print(e)


class Ctx:
    def __init__(self, swallow):
        self.swallow = swallow

    def __enter__(self):
        log.append("enter")
        return self

    def __exit__(self, t, v, tb):
        log.append(("exit", t.__name__ if t else None, str(v), tb is not None))
        return self.swallow


log = []
with Ctx(True) as c, Ctx(False):
    raise KeyError("k")
with Ctx(False):
    pass
print(log, c.swallow)


def early():
    with Ctx(False):
        return "returned"


log.clear()
print(early(), log)
f.__call__ = lambda x: "instance attribute does not matter"
print(f(1))
F.__call__ = lambda self, x: "class attribute does"
print(f(1))
total = 0
adders = [F(1), lambda x: 7, len]
F.__call__ = lambda self, x: self.k
for i in range(3000):
    g = adders[i % 3]
    total += g("ab")
    if i == 2000:
        F.__call__ = lambda self, x: 100
print(total)
n = 0
for i in range(2500):
    with Ctx(True):
        n += 1
        if i % 100 == 0:
            raise ValueError
        n += 1
    log.clear()
print(n)
