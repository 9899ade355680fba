# Multiple inheritance, method resolution order, and its conflicts.
class A:
    def who(self):
        return ["A"]

    tag = "a"


class B(A):
    def who(self):
        return ["B"] + super().who()


class C(A):
    def who(self):
        return ["C"] + super().who()

    tag = "c"


class D(B, C):
    def who(self):
        return ["D"] + super().who()


class E(D):
    pass


print(D().who(), E().who(), D.tag, [k.__name__ for k in D.__mro__], [k.__name__ for k in E.mro()], A.__subclasses__() == [B, C])
print(issubclass(D, A), issubclass(D, (int, C)), isinstance(E(), B), issubclass(A, D), D.__bases__ == (B, C), D.__base__ is B, E.__base__ is D)
try:
    class X(A, B):
        pass
except TypeError as e:
    print(e)
try:
    class Y(B, B):
        pass
except TypeError as e:
    print(e)
try:
    class Z(int, str):
        pass
except TypeError as e:
    print(e)
for base in [bool, type(None), range, type(lambda: 0), type(...), slice]:
    try:
        type("W", (base,), {})
        print("made")
    except TypeError as e:
        print(e)
try:
    class V(5):
        pass
except TypeError as e:
    print(type(e).__name__)


class Mixin:
    def __init__(self, *a, **k):
        log.append(("Mixin", a, k))
        super().__init__(*a, **k)


class Base:
    def __init__(self, x):
        log.append(("Base", x))


class Full(Mixin, Base):
    def __init__(self, x):
        super().__init__(x)


log = []
Full(3)
print(log)
C.tag = "changed"
print(D.tag, E().tag)
del C.tag
print(D.tag)
D.__bases__ = (C, B)
print([k.__name__ for k in E.__mro__], E().who())
total = 0
objs = [A(), B(), C(), D(), E()]
for i in range(3000):
    total += len(objs[i % 5].who())
print(total)
