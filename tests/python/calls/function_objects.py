# Functions as objects: attributes, defaults changed, code swapped, annotations, bound methods.
def f(a, b=1, *c, d: int = 2, **e) -> str:
    """Doc of f.

    More."""
    return a + b


print(f.__name__, f.__qualname__, f.__doc__.splitlines(), f.__module__, f.__defaults__, f.__kwdefaults__, f.__annotations__)
print(f.__code__.co_name, f.__code__.co_argcount, f.__code__.co_varnames[:5], f.__code__.co_kwonlyargcount, f.__closure__, callable(f), type(f).__name__)
f.note = "attribute"
print(f.note, f.__dict__, hasattr(f, "other"))
del f.note
print(f.__dict__, f(1), f(1, 5))
f.__defaults__ = (100,)
print(f(1))
f.__defaults__ = None
try:
    f(1)
except TypeError as e:
    print(e)


def g(a, b=7):
    return a * b


f.__code__ = g.__code__
f.__defaults__ = (3,)
print(f(2), f.__name__)
f.__name__ = "renamed"
print(f.__name__)


class C:
    def m(self, x=1):
        return self, x

    @classmethod
    def c(cls):
        return cls.__name__

    @staticmethod
    def s():
        return "static"


o = C()
bound = o.m
print(bound(5)[1], bound.__self__ is o, bound.__func__ is C.m, bound == o.m, bound is o.m, C.m.__qualname__, bound.__name__, C.c(), o.c(), C.s(), o.s())
print(list(map(bound, [1])) == [(o, 1)], C.__dict__["s"].__func__(), type(C.__dict__["c"]).__name__, C.m(o, 9)[1])
try:
    bound.attr = 1
except AttributeError as e:
    print(e)


def outer():
    def inner():
        pass
    return inner


print(outer().__qualname__, (lambda: 0).__name__, C.c.__self__ is C, len.__name__, [].append.__name__, "".join.__self__ == "")
total = 0
for i in range(3000):
    if i == 1500:
        g.__defaults__ = (2,)
    total += g(i)
print(total)
