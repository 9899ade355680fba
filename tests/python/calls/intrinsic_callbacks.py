# Guest code called from builtins: keys, comparisons, conversions, hooks, each able to raise; results used in loops.
class N:
    def __init__(self, v):
        self.v = v

    def __index__(self):
        return hook("index", self.v)

    def __hash__(self):
        return hook("hash", self.v)

    def __eq__(self, o):
        return hook("eq", self.v == getattr(o, "v", o))

    def __lt__(self, o):
        return hook("lt", self.v < o.v)

    def __len__(self):
        return hook("len", self.v)

    def __bool__(self):
        return hook("bool", self.v > 0)

    def __str__(self):
        return hook("str", f"s{self.v}")

    def __repr__(self):
        return hook("repr", f"N{self.v}")

    def __format__(self, spec):
        return hook("format", f"<{self.v}{spec}>")

    def __iter__(self):
        return hook("iter", iter(range(self.v)))

    def __float__(self):
        return hook("float", self.v * 1.0)

    def __int__(self):
        return hook("int", self.v)

    def __contains__(self, x):
        return hook("contains", x == self.v)

    def __call__(self, *a):
        return hook("call", (self.v, *a))

    def __getitem__(self, k):
        return hook("getitem", k)

    def __neg__(self):
        return hook("neg", -self.v)


def hook(name, result):
    log.append(name)
    if fail == name:
        raise RuntimeError(name)
    return result


uses = [
    lambda n: [0, 1, 2, 3, 4][n], lambda n: {n: 1}[n], lambda n: [5, n].index(3), lambda n: sorted([N(5), n, N(1)])[0].v, lambda n: len(n), lambda n: "yes" if n else "no", lambda n: "%s %r" % (n, n), lambda n: f"{n} {n!r} {n:x}",
    lambda n: list(n), lambda n: float(n), lambda n: int(n), lambda n: 3 in n, lambda n: list(map(n, [1, 2])), lambda n: n[7], lambda n: -n, lambda n: str([n]), lambda n: max(n, N(9)).v, lambda n: set([n, N(3)]) and 1, lambda n: "abcdef"[n:], lambda n: range(n), lambda n: [1] * n, lambda n: any([n]), lambda n: list(filter(None, [n])) and 2,
    lambda n: sum(n), lambda n: dict([(n, 1)]) and 3, lambda n: [n].count(4), lambda n: print(n), lambda n: bytes(n) and 4, lambda n: n in {n: 1}, lambda n: min([n, N(4)], key=lambda q: q.v).v, lambda n: chr(n), lambda n: round(float(n)), lambda n: not n, lambda n: (n == 3) + (n != 3), lambda n: [*n], lambda n: (lambda *a: a)(*n), lambda n: a_b(*n) if False else 0,
]
for k, use in enumerate(uses):
    log, fail = [], None
    r = use(N(3))
    seen = log
    print(k, r, seen, end=" ")
    for name in dict.fromkeys(seen):
        log, fail = [], name
        try:
            use(N(3))
            print("swallowed", name, end=" ")
        except RuntimeError as e:
            print("!" + str(e), end=" ")
    fail = None
    print()
t = 0
n = N(2)
for i in range(2500):
    log.clear()
    t += [5, 6, 7][n] + len(n) + (1 if n else 0) + (n == i) + n(i)[1] + n[i] + (-n)
print(t)
