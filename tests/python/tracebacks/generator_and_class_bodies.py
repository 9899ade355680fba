# Tracebacks through generators, comprehensions, class bodies, lambdas, properties, decorators and nested functions.
# check: stderr
import sys


def gen(n):
    yield n
    yield 1 // n


def comp(values):
    return [10 // v for v in values]


class P:
    @property
    def bad(self):
        return self._missing

    def __add__(self, o):
        return o.nothing

    def __len__(self):
        return -1

    def __iter__(self):
        raise TypeError("no iteration")


def deco(f):
    def wrapper(*a):
        return f(*a)
    return wrapper


@deco
def decorated(x):
    raise LookupError(x)


def make_class():
    class Body:
        value = 5
        other = value + "x"


def with_finally():
    try:
        raise KeyError("first")
    finally:
        cleanup = [].pop()


cases = [lambda: list(gen(0)), lambda: comp([1, 0]), lambda: P().bad, lambda: P() + 1, lambda: len(P()), lambda: [*P()], lambda: decorated("d"), make_class, with_finally, lambda: sorted([3, 1], key=lambda v: v.x), lambda: sum(1 // x for x in [1, 0]), lambda: {1: 2}[3], lambda: exec("def f():\n  g()\nf()", {})]
for case in cases:
    try:
        case()
    except Exception:
        sys.excepthook(*sys.exc_info())
for i in range(3000):
    if i == 2999:
        list(map(lambda v: v.attr, [i]))
