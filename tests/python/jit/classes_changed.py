# Classes changed while hot loops use them: methods replaced, added, removed, bases, attributes shadowed, descriptors.
class P:
    scale = 1

    def __init__(self, v):
        self.v = v

    def f(self):
        return self.v * self.scale

    def __add__(self, o):
        return self.v + o

    def __len__(self):
        return 3

    def __eq__(self, o):
        return self.v == o


def run(n, action):
    p = P(2)
    t = 0
    for i in range(n):
        if i in action:
            action[i](p)
        t += p.f()
        t += p + 1
        t += len(p)
        t += p == 2
    return t


original = dict(P.__dict__)


def reset():
    for k in ("f", "scale", "__add__", "__len__", "__eq__"):
        setattr(P, k, original[k])


def sub(p):
    class Q(P):
        def f(self):
            return 1000
    p.__class__ = Q


actions = {
    "method": {1500: lambda p: setattr(P, "f", lambda self: 50)},
    "attribute": {1000: lambda p: setattr(P, "scale", 3), 2000: lambda p: setattr(p, "scale", 10), 2500: lambda p: delattr(p, "scale")},
    "instance method": {1500: lambda p: setattr(p, "f", lambda: 9)},
    "operator": {1500: lambda p: setattr(P, "__add__", lambda s, o: 100)},
    "len": {1500: lambda p: setattr(P, "__len__", lambda s: 77)},
    "eq": {1200: lambda p: setattr(P, "__eq__", lambda s, o: False)},
    "class": {1500: sub},
    "property": {1500: lambda p: setattr(P, "f", property(lambda self: lambda: 5))},
    "static": {700: lambda p: setattr(P, "f", staticmethod(lambda: 4)), 1400: lambda p: setattr(P, "f", classmethod(lambda cls: cls.scale))},
    "slot value": {900: lambda p: setattr(p, "v", 2.5), 1800: lambda p: setattr(p, "v", 2 ** 60)},
    "delete": {1500: lambda p: delattr(P, "scale")},
    "getattr": {1500: lambda p: (delattr(P, "scale"), setattr(P, "__getattr__", lambda self, name: 6))},
}
for name, action in actions.items():
    try:
        print(name, run(3000, action))
    except Exception as e:
        print(name, type(e).__name__, e)
    reset()
if "__getattr__" in P.__dict__:
    del P.__getattr__


class Base1:
    def g(self):
        return 1


class Base2:
    def g(self):
        return 2


class M(Base1):
    pass


m = M()
t = 0
for i in range(3000):
    t += m.g()
    if i == 1000:
        M.__bases__ = (Base2,)
    if i == 2000:
        Base2.g = lambda self: 30
print(t)


class Counted:
    n = 0

    def hit(self):
        Counted.n += 1
        type(self).n += 1
        return self.n


c = Counted()
print(sum(c.hit() for _ in range(2000)), Counted.n)
t = 0
for i in range(3000):
    obj = type("T%d" % (i % 3), (), {"v": i % 3})() if i % 500 == 0 else obj
    t += obj.v
print(t)
