# Instance dictionaries, __class__ assignment, special methods on instances ignored, types with odd dictionaries.
class A:
    def __len__(self):
        return 1

    def who(self):
        return "A"


class B:
    def who(self):
        return "B"


a = A()
a.__len__ = lambda: 99
print(len(a), a.__len__())
a.__class__ = B
print(a.who(), type(a).__name__, isinstance(a, A), isinstance(a, B))
try:
    len(a)
except TypeError as e:
    print(e)
for new in [int, 5, list]:
    try:
        a.__class__ = new
    except TypeError as e:
        print(type(e).__name__)


class Fake:
    @property
    def __class__(self):
        return int


print(isinstance(Fake(), int), type(Fake()).__name__, isinstance(Fake(), Fake))
d = {}
a.__dict__ = d
a.q = 1
d["w"] = 2
print(d, a.w, vars(a) is d)
try:
    a.__dict__ = 5
except TypeError as e:
    print(e)


class Weird:
    pass


setattr(Weird, "not an identifier", 5)
w = Weird()
setattr(w, "a b", 1)
w.__dict__["1"] = 2
print(getattr(Weird, "not an identifier"), w.__dict__, getattr(w, "1"))
Weird.__getitem__ = lambda self, k: k * 2
Weird.__call__ = lambda self, *a: a
Weird.__iter__ = lambda self: iter([1, 2])
print(w[4], w(1, 2), list(w))
del Weird.__getitem__
try:
    w[4]
except TypeError as e:
    print(e)
Weird.__name__ = "Renamed"
print(Weird, type(w).__name__, Weird.__qualname__)
try:
    Weird.__name__ = 5
except TypeError as e:
    print(e)
print(type("X", (), {}).__dict__.keys() >= {"__module__", "__dict__", "__weakref__", "__doc__"}, A.__dict__["who"](None), "who" in vars(A), A.__weakref__ is not None)


class Meta(type):
    x = property(lambda cls: "meta property")

    def only_meta(cls):
        return "meta method"


class C(metaclass=Meta):
    pass


print(C.x, C.only_meta(), hasattr(C(), "x"), hasattr(C(), "only_meta"))
C.y = "own"
Meta.y = property(lambda cls: "wins over own")
print(C.y)


class Bool:
    def __bool__(self):
        return self.v


class Len:
    def __len__(self):
        return self.v


x, y = Bool(), Len()
t = 0
for i in range(3000):
    x.v = i % 3 == 0
    y.v = i % 4
    t += 1 if x else 0
    t += 2 if not y else 3
    if i == 2000:
        Bool.__bool__ = lambda self: True
        Len.__bool__ = lambda self: False
print(t)
