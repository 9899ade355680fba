# Subclasses of exceptions, type, object, property, classmethod, super, module, range-like objects, and of generic user bases.
import types


class E(ValueError):
    code = 1

    def __init__(self, msg, **extra):
        super().__init__(msg)
        self.extra = extra


class K(KeyError, AttributeError):
    pass


try:
    raise E("text", a=1)
except ValueError as e:
    e.more = "m"
    print(e, e.args, e.extra, e.__dict__, e.code, repr(e))
try:
    raise K("k")
except AttributeError as e:
    print(repr(e), str(e), isinstance(e, LookupError))


class Prop(property):
    label = "prop"

    def __get__(self, obj, cls=None):
        return ("P", super().__get__(obj, cls)) if obj is not None else self


class CM(classmethod):
    note = 5


class SM(staticmethod):
    def __call__(self, *a):
        return "called directly"


class C:
    @Prop
    def x(self):
        return 1

    @CM
    def c(cls):
        return cls.__name__

    @SM
    def s():
        return "static"


print(C().x, C.x.label, C.c(), C.__dict__["c"].note, C.s(), C.__dict__["s"]())


class M(types.ModuleType):
    @property
    def computed(self):
        return self.__name__ + "!"


m = M("mod")
m.v = 3
print(m.computed, m.v, m)


class Meta(type):
    def __call__(cls, *a, **k):
        obj = super().__call__(*a, **k)
        obj.from_meta = True
        return obj

    def __getitem__(cls, i):
        return (cls.__name__, i)

    def __iter__(cls):
        return iter([1, 2])

    def __add__(cls, o):
        return cls.__name__ + str(o)

    def __eq__(cls, o):
        return isinstance(o, Meta)

    def __hash__(cls):
        return 1

    def __repr__(cls):
        return "<meta " + cls.__name__ + ">"

    def __bool__(cls):
        return False


class A(metaclass=Meta):
    pass


class B(A):
    pass


print(A().from_meta, A[3], list(A), A + 1, A == B, A != int, A, bool(A), {A: "same hash and equal"}[B], isinstance(B(), A), sorted([1, 2], key=lambda v: A[v]))
for base in [float, complex, str, bytes, list, dict, set, frozenset, tuple, object, Exception, type, property, bytearray, types.SimpleNamespace]:
    sub = type("Sub", (base,), {"extra": 1})
    inst = sub("n", (), {}) if base is type else sub()
    inst.attr = base.__name__
    print(inst.attr, inst.extra, isinstance(inst, base), type(inst).__name__, end="; ")
print()
n = 0
for i in range(2000):
    try:
        raise E(i, k=i) if i % 2 else K(i)
    except E as e:
        n += e.args[0] + e.extra["k"] + e.code
    except KeyError as e:
        n -= e.args[0]
    n += C().x[1] + len(A[i])
print(n)
