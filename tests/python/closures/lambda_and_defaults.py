# Lambdas: in data structures, as defaults, immediately called, nested, with every parameter kind, recursive.
ops = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}
print([ops[o](7, 3) for o in "+-*"], (lambda: 1)(), (lambda x: x * 2)(4), (lambda *a: a)(1, 2), (lambda **k: k)(x=1), (lambda a, /, b, *, c=3: (a, b, c))(1, b=2), (lambda x=[]: x)(), (lambda: (yield))().__class__.__name__)
fact = lambda n: 1 if n < 2 else n * fact(n - 1)
compose = lambda *fs: (lambda x: x) if not fs else lambda x: fs[0](compose(*fs[1:])(x))
Y = lambda f: (lambda x: x(x))(lambda x: f(lambda *a: x(x)(*a)))
print(fact(20), compose(lambda x: x + 1, lambda x: x * 2, abs)(-5), Y(lambda self: lambda n: n if n < 2 else self(n - 1) + self(n - 2))(15))
curry = lambda a: lambda b: lambda c: a + b + c
print(curry(1)(2)(3), sorted(["bb", "a", "ccc"], key=lambda s: -len(s)), list(map(lambda p: p[0] + p[1], [(1, 2), (3, 4)])), (lambda s: s.upper() if s else "empty")(""))


def late(n):
    return [lambda: i for i in range(n)], [lambda i=i: i for i in range(n)], list(map(lambda i: lambda: i, range(n)))


print([[f() for f in fs] for fs in late(3)])
counter = 0


def default_once(x=[counter], y=counter + 1):
    x[0] += 1
    return x[0], y


counter = 100
print(default_once(), default_once(), default_once.__defaults__)


class C:
    n = 5
    f = lambda self, k=n: self.n + k
    g = staticmethod(lambda x: x * 2)
    h = property(lambda self: self.n)


print(C().f(), C().f(1), C.g(4), C().h, [f(3) for f in (lambda x: x, lambda x: x ** 2)])
state = {"n": 0}
inc = lambda: state.__setitem__("n", state["n"] + 1) or state["n"]
t = 0
for i in range(3000):
    t += inc() + (lambda v: v & 3)(i) + ops["+-*"[i % 3]](i, 2) + curry(i)(1)(2)
    if i == 1500:
        ops["+"] = lambda a, b: a * 1000
print(t, state)
fs = []
for i in range(50):
    def f(x, i=i):
        return x + i + len(fs)
    fs.append(f)
print(sum(fs[i % 50](i) for i in range(2500)), fs[0].__name__, fs[3].__defaults__)
