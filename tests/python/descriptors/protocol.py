# Descriptors: data and non-data, order of lookup, on classes, deleted, named.
class Data:
    def __init__(self, name):
        self.name = name

    def __get__(self, obj, cls):
        return ("get", self.name, obj is None, cls.__name__)

    def __set__(self, obj, value):
        log.append(("set", self.name, value))

    def __delete__(self, obj):
        log.append(("delete", self.name))


class NonData:
    def __get__(self, obj, cls=None):
        return "nondata"


class GetSet:
    def __set__(self, obj, value):
        obj.__dict__["only"] = value * 2


class C:
    d = Data("d")
    n = NonData()
    only = GetSet()


log = []
c = C()
print(c.d, C.d, c.n, C.n)
c.d = 5
del c.d
c.n = "instance wins"
c.__dict__["d"] = "never seen"
print(log, c.n, c.d, sorted(c.__dict__))
del c.n
print(c.n, type(c.only).__name__)
c.only = 4
print(c.only)
try:
    del c.only
except AttributeError as e:
    print(e)


class ReadOnly:
    def __get__(self, obj, cls):
        return 1

    def __set__(self, obj, value):
        raise AttributeError("read only")


class R:
    r = ReadOnly()


try:
    R().r = 5
except AttributeError as e:
    print(e, R().r)


class Lazy:
    def __init__(self, f):
        self.f = f

    def __get__(self, obj, cls):
        log.append("computed")
        value = obj.__dict__[self.f.__name__] = self.f(obj)
        return value


class L:
    @Lazy
    def x(self):
        return 99


log.clear()
o = L()
print(o.x, o.x, log)


class Inherited(C):
    pass


print(Inherited().d, Inherited.n)
f = lambda self: 7
print(f.__get__(5, int)(), type(f.__get__(None, int)).__name__, type(f.__get__(5)).__name__)
total = 0
k = C()
for i in range(3000):
    if i == 1000:
        C.n = Data("now data")
    if i == 2000:
        C.n = 5
    v = k.n
    total += len(v) if v != 5 else 5
print(total)
del C.d
print(c.d)
