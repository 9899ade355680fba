# Call sites that see many classes, functions, builtins, bound methods, and change their mind.
class A:
    def __init__(self, v):
        self.v = v

    def get(self):
        return self.v

    def area(self):
        return 1


class B(A):
    def get(self):
        return self.v * 2


class C:
    def __init__(self, v):
        self.other = 0
        self.v = v

    get = lambda self: self.v + 100


class D(B, A):
    def area(self):
        return super().area() + self.v


class Slots:
    __slots__ = ("v",)

    def __init__(self, v):
        self.v = v

    def get(self):
        return -self.v


class Dyn:
    def __getattr__(self, name):
        return lambda: 7


def total(objs, n):
    t = 0
    k = len(objs)
    for i in range(n):
        t += objs[i % k].get()
    return t


print(total([A(1)], 3000), total([A(1), B(2)], 3000), total([A(1), B(2), C(3), D(4), Slots(5), Dyn()], 6000), total([Slots(1)] * 3 + [Dyn()], 3000))
fs = [len, lambda s: 1, "x".join, str.upper, A, list, B(3).get.__func__]
n = 0
for i in range(4000):
    f = fs[i % 6]
    r = f("ab")
    n += len(r) if isinstance(r, (str, list)) else r if isinstance(r, int) else r.v.__len__()
print(n)
objs = [A(i) for i in range(20)]
for i in range(4000):
    o = objs[i % 20]
    if i == 1000:
        o.get = lambda: 1000
    if i == 2000:
        o.__class__ = B
    if i == 3000:
        o.fresh, o.v = 1, o.v
    n += o.get() + o.area()
print(n)
mixed = [1, 2.5, "s", [1], (1, 2), {"a": 1}, None, True, b"b", {1}, range(3), A(1)]
seen = {}
for i in range(6000):
    v = mixed[i % 12]
    key = type(v).__name__
    seen[key] = seen.get(key, 0) + (len(v) if hasattr(v, "__len__") else 1)
print(seen)


def apply(f, *args):
    return f(*args)


t = 0
for i in range(3000):
    t += apply(min, i, 5) + apply(lambda a: a, i) + apply(objs[i % 20].area) + apply(divmod, i, 7)[1] + apply(sum, (i, 1))
print(t)


def shapes(n):
    t = 0
    for i in range(n):
        o = C(i) if i % 3 else A(i)
        if i % 5 == 0:
            o.x = 1
        if i % 7 == 0:
            o.y = 2
        t += o.v + getattr(o, "x", 0) + (o.y if i % 7 == 0 else 0)
    return t


print(shapes(5000))
