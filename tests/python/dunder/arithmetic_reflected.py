# Binary operators of user classes: forward, reflected, subclass priority, NotImplemented, in-place.
class N:
    def __init__(self, v):
        self.v = v

    def __add__(self, o):
        log.append("add")
        return NotImplemented if isinstance(o, str) else ("N.add", self.v, o if not isinstance(o, N) else o.v)

    def __radd__(self, o):
        log.append("radd")
        return ("N.radd", o, self.v)

    def __mul__(self, o):
        return NotImplemented

    def __iadd__(self, o):
        self.v += o
        return self


class Sub(N):
    def __radd__(self, o):
        log.append("Sub.radd")
        return "Sub.radd"


log = []
print(N(1) + 2, 2 + N(1), N(1) + N(2), N(1) + Sub(2), Sub(1) + N(2), Sub(1) + Sub(2), log)
log.clear()
n = N(5)
n += 10
print(n.v, log)
for f in [lambda: N(1) + "s", lambda: N(1) * 2, lambda: 2 * N(1), lambda: N(1) - 1, lambda: 1 - N(1), lambda: N(1) @ N(2), lambda: -N(1), lambda: [] + N(1)]:
    try:
        print(f())
    except TypeError as e:
        print(e)
ops = ["add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow", "lshift", "rshift", "and", "or", "xor"]
forward = type("F", (), {f"__{op}__": (lambda op: lambda self, other, *m: (op, other))(op) for op in ops})
reflected = type("R", (), {f"__r{op}__": (lambda op: lambda self, other, *m: ("r" + op, other))(op) for op in ops})
f, r = forward(), reflected()
print(f + 1, f - 1, f * 1, f @ 1, f / 1, f // 1, f % 1, divmod(f, 1), f ** 1, pow(f, 1, 2), f << 1, f >> 1, f & 1, f | 1, f ^ 1)
print(1 + r, 1.5 - r, "s" * r, 1 @ r, 1 / r, 1 // r, 1 % r, divmod(1, r), 2 ** r, 1 << r, 1 >> r, 1 & r, 1 | r, 1 ^ r, [1] + r, {} | r)
inplace = type("I", (), {f"__i{op}__": (lambda op: lambda self, other: ("i" + op, other))(op) for op in ops if op != "divmod"})
out = []
for op in ["+=", "-=", "*=", "@=", "/=", "//=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^="]:
    ns = {"x": inplace()}
    exec("x " + op + " 3", ns)
    out.append(ns["x"])
print(out)


class U:
    __neg__ = lambda s: "neg"
    __pos__ = lambda s: "pos"
    __invert__ = lambda s: "inv"
    __abs__ = lambda s: "abs"
    __round__ = lambda s, n=None: ("round", n)
    __int__ = lambda s: 7
    __float__ = lambda s: 2.5
    __complex__ = lambda s: 1j
    __trunc__ = __floor__ = __ceil__ = lambda s: "cut"
    __index__ = lambda s: 3


u = U()
import math
print(-u, +u, ~u, abs(u), round(u), round(u, 2), int(u), float(u), complex(u), math.floor(u), math.ceil(u), math.trunc(u), hex(u))
t = 0
m = N(0)
for i in range(2500):
    m += i
    t += (m + 1)[1] + (1 + m)[1] + (i + Sub(1) == "Sub.radd")
    log.clear()
print(m.v, t)
