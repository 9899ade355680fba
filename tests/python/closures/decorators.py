# Decorators of functions and classes, stacked, with arguments, as classes and methods.
import functools


def trace(f):
    @functools.wraps(f)
    def wrapper(*args, **kw):
        log.append((f.__name__, args, kw))
        return f(*args, **kw)
    return wrapper


def repeat(n):
    def deco(f):
        def wrapper(*args):
            return [f(*args) for _ in range(n)]
        return wrapper
    return deco


log = []


@trace
def add(a, b=1):
    """Adds."""
    return a + b


@repeat(2)
@trace
def twice(x):
    return x * 2


print(add(1), add(1, b=5), twice(4), log, add.__name__, add.__doc__, add.__wrapped__(1, 1))


class Count:
    def __init__(self, f):
        self.f = f
        self.calls = 0

    def __call__(self, *args):
        self.calls += 1
        return self.f(*args)

    def __get__(self, obj, cls):
        return self if obj is None else functools.partial(self, obj)


class Thing:
    @Count
    def m(self, x):
        return x + 1

    @staticmethod
    @trace
    def s(x):
        return -x


t = Thing()
print([t.m(i) for i in range(3)], Thing.m.calls, Thing.s(4))


def register(cls):
    registry[cls.__name__] = cls
    cls.extra = 1
    return cls


registry = {}


@register
class A:
    pass


@(lambda c: [c])
class B:
    pass


print(sorted(registry), A.extra, type(B), B[0].__name__)


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(90), fib.cache_info(), [d(3) for d in [lambda x: x, abs]])


@functools.cache
def slow(x):
    log.append(x)
    return x


log.clear()
print(slow(1), slow(1), slow(2), log)
order = []


def note(tag):
    order.append("make " + tag)
    return lambda f: order.append("apply " + tag) or f


@note("a")
@note("b")
def g():
    pass


print(order)
total = 0
for i in range(2500):
    total += t.m(i)
print(total, Thing.m.calls)
