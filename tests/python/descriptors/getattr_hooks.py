# __getattr__, __getattribute__, __setattr__, __delattr__, __dir__ and module-like objects.
class G:
    real = "class"

    def __init__(self):
        self.inst = 1

    def __getattr__(self, name):
        if name.startswith("no"):
            raise AttributeError(f"no {name} here")
        return "dyn_" + name


g = G()
print(g.real, g.inst, g.other, hasattr(g, "nope"), hasattr(g, "yes"), getattr(g, "nope", "dflt"))
try:
    g.nothing
except AttributeError as e:
    print(e)


class A:
    def __init__(self):
        self.x = 1

    def __getattribute__(self, name):
        log.append(name)
        if name == "hidden":
            raise AttributeError(name)
        return super().__getattribute__(name)

    def __getattr__(self, name):
        return "fallback:" + name

    def m(self):
        return self.x


log = []
a = A()
print(a.x, a.m(), a.hidden, a.none, log)


class S:
    def __setattr__(self, name, value):
        if name == "locked":
            raise AttributeError("cannot set " + name)
        super().__setattr__(name, value * 2)

    def __delattr__(self, name):
        log.append("del " + name)
        object.__delattr__(self, name)

    def __dir__(self):
        return ["b", "a"]


log.clear()
s = S()
s.v = 5
print(s.v, s.__dict__, dir(s))
del s.v
print(log, s.__dict__)
try:
    s.locked = 1
except AttributeError as e:
    print(e)


class Proxy:
    def __init__(self, target):
        object.__setattr__(self, "_target", target)

    def __getattr__(self, name):
        return getattr(self._target, name)

    def __setattr__(self, name, value):
        setattr(self._target, name, value)


class Plain:
    pass


t = Plain()
t.n = 0
p = Proxy(t)
for i in range(3000):
    p.n = p.n + i
    if i == 2000:
        Proxy.n = property(lambda self: 1, lambda self, v: None)
print(t.n, p.n)
total = 0
for i in range(3000):
    total += len(g.abc) + g.inst
    if i == 1000:
        G.abc = "four"
    if i == 2000:
        del G.abc
print(total)
print(object.__getattribute__(g, "inst"), type(g).__getattr__(g, "q"))
