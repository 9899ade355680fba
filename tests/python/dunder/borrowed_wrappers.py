# Special methods of one builtin type put into classes under other names, or into classes of other types; and None for them.
def show(what, *operands):
    try:
        print(what(*operands))
    except Exception as error:
        print(type(error).__name__, error)

class A(int):
    def __repr__(self): return "A!"
    __str__ = int.__repr__
    __len__ = int.__index__
    __abs__ = int.__neg__
    __add__ = int.__mul__
    __radd__ = int.__sub__
    __getitem__ = int.__add__
    __contains__ = int.__lt__
    __call__ = int.__pow__
    __eq__ = int.__ne__
    __hash__ = int.__neg__
    __invert__ = int.__bool__
    __iter__ = int.__repr__
a = A(5)
print(a, repr(a), f"{a}", "%s" % a, len(a), abs(a), a + 2, 2 + a, a[3], 7 in a, 3 in a, a(3), a == 5, a == 6, a < 6, ~a)
show(hash, a)
show(iter, a)

class B(int):
    __lt__ = object.__lt__
    __le__ = int.__gt__
show(lambda: B(1) < B(2))
show(lambda: B(1) > B(2))
show(lambda: B(1) <= B(2))
show(lambda: B(1) >= B(2))
show(lambda: B(1) == B(1))

class C:
    __repr__ = int.__repr__
    __eq__ = int.__eq__
    __add__ = int.__add__
    __iadd__ = list.__iadd__
    __len__ = list.__len__
    __getitem__ = tuple.__getitem__
    __setitem__ = dict.__setitem__
    __iter__ = list.__iter__
    __hash__ = str.__hash__
    __bool__ = int.__bool__
    __contains__ = str.__contains__
    __neg__ = float.__neg__
c = C()
show(repr, c)
show(lambda: c == 1)
show(lambda: c + 1)
def iadd():
    d = c
    d += [1]
show(iadd)
show(len, c)
show(lambda: c[0])
def put():
    c[0] = 1
show(put)
show(iter, c)
show(hash, c)
show(bool, c)
show(lambda: 1 in c)
show(lambda: -c)

class D(dict):
    __setitem__ = lambda self, key, value: dict.__setitem__(self, key, value * 2)
class E(D):
    __setitem__ = dict.__setitem__
d, e = D(), E()
d[1] = e[1] = 4
print(d, e)

class F(float):
    def __add__(self, other): return "F"
    def __repr__(self): return "F"
    def __len__(self): return 9
class G(F):
    __add__ = float.__add__
    __radd__ = float.__radd__
    __repr__ = float.__repr__
print(F(1) + 1, G(1) + 1, 1 + G(1), G(2), [G(2)], len(G(1)))

class H:
    def __getattribute__(self, name): return name
    def __setattr__(self, name, value): raise AttributeError("no " + name)
class I(H):
    __getattribute__ = object.__getattribute__
    __setattr__ = object.__setattr__
i = I()
i.x = 3
print(H().x, i.x)
show(lambda: i.y)
show(lambda: setattr(H(), "x", 1))
def delete():
    del H().x
show(delete)

class J(str):
    __str__ = str.__repr__
    __repr__ = str.__str__
    __mod__ = str.__add__
    __eq__ = object.__eq__
    __hash__ = object.__hash__
j = J("a'b")
print(j, repr(j), str(j), j % "c", j == "a'b", j == j, {j: 1}.get("a'b"), f"{j!r} {j!s}")

class Nones(int):
    __add__ = __radd__ = __eq__ = __lt__ = __len__ = __getitem__ = __setitem__ = __repr__ = __call__ = __bool__ = None
    __neg__ = __abs__ = __iadd__ = __index__ = __int__ = __float__ = None
n = Nones(1)
show(lambda: n + 1)
show(lambda: 1 + n)
show(lambda: n + n)
show(lambda: n == 1)
show(lambda: n < 1)
show(lambda: 1 > n)
show(len, n)
show(lambda: n[0])
def put():
    n[0] = 1
show(put)
show(repr, n)
show(n)
show(bool, n)
show(lambda: -n)
show(abs, n)
def add():
    m = n
    m += 1
show(add)
show(lambda: [1, 2][n])
show(int, n)
show(float, n)
show(hash, n)

class Later(int):
    pass
k = Later(3)
for method in (int.__repr__, float.__repr__, int.__neg__, object.__repr__, None, lambda self: "plain"):
    Later.__str__ = method
    try:
        print(str(k).split(" at ")[0])
    except TypeError as error:
        print(error)
del Later.__str__
print(str(k))

class L(list):
    __add__ = list.__add__
    __mul__ = list.__mul__
    __iadd__ = list.__add__
    __imul__ = list.__mul__
x = y = L([1])
x += [2]
x *= 2
print(x, y, L([1]) + [2], L([1]) * 3, 2 * L([1]), type(x))
class M(tuple):
    __add__ = tuple.__mul__
    __mul__ = tuple.__add__
show(lambda: M((1,)) + 2)
show(lambda: M((1,)) * (2,))
show(lambda: 2 * M((1,)))
class N(int):
    __new__ = int.__new__
    __init__ = object.__init__
show(N, 3)
show(N, "4", 8)
class P(int):
    __bool__ = int.__bool__
    __hash__ = int.__hash__
print(bool(P(0)), bool(P(2)), hash(P(7)))
class Floats(int):
    def __float__(self): return 9.5
    def __int__(self): return 4
    def __index__(self): return 2
    def __bool__(self): return False
x = Floats(1)
print(float(x), int(x), [1, 2, 3][x], bool(x), x + 1, 1.5 + x, x * 1.0, range(x), hex(x), "%d %f" % (x, x), round(x), complex(x))
import math
print(math.sqrt(x), math.floor(x), math.factorial(x))
class Text(str):
    def __str__(self): return "str"
    def __repr__(self): return "repr"
    def __len__(self): return 9
    def __iter__(self): return iter("iter")
    def __contains__(self, x): return True
    def __getitem__(self, x): return "item"
    def __hash__(self): return 1
    def __eq__(self, other): return True
t = Text("plain")
print(t, str(t), [t], f"{t}", f"{t!r:>6}", "%s %r" % (t, t), len(t), list(t), tuple(t), set(t) == set("iter"), "zz" in t, t[0], hash(t), t == 1, t + "", "".join([t]), "-".join(t), t.upper())
class Items(list):
    def __len__(self): return 3
    def __iter__(self): return iter("xy")
    def __getitem__(self, i): return i
    def __contains__(self, x): return x == "q"
    def __bool__(self): return False
l = Items([1, 2])
print(len(l), list(l), tuple(l), [*l], sorted(l), sum(Items([1, 2]), 0) if False else 0, "q" in l, 1 in l, bool(l), l[5], l, max(l), l + [3], l == [1, 2])
a, b = l
print(a, b, *l, dict.fromkeys(l), sorted(set(l)), "".join(l), list(zip(l, l)), list(map(str, l)), list(enumerate(l)), any(l), list(reversed(l)))
class Keys(dict):
    def __getitem__(self, k): return "got"
    def __iter__(self): return iter("k")
    def keys(self): return ["z"]
    def __len__(self): return 7
    def __missing__(self, k): return "missing"
    def __contains__(self, k): return True
k = Keys(a=1)
print(k, len(k), list(k), dict(k), {**k}, k["b"], k.get("b"), "b" in k, "%(b)s" % k, list(k.items()), sorted(k), (lambda **kw: kw)(**k))
