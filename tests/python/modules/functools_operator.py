# functools and operator.
import operator
from functools import cached_property, cmp_to_key, lru_cache, partial, partialmethod, reduce, singledispatch, total_ordering, wraps

print(reduce(operator.add, [1, 2, 3]), reduce(lambda a, b: a * b, range(1, 6), 10), reduce(max, [3, 9, 2]), partial(pow, 2)(5), partial(int, base=2)("101"), partial(print, "a", sep="-").args, partial(sorted, reverse=True)([1, 3, 2]))
p = partial(lambda *a, **k: (a, k), 1, x=2)
print(p(3, y=4), p.func.__name__, p.keywords, partial(p, 9)(8), repr(partial(len)))
calls = []


@lru_cache(maxsize=2)
def f(x, y=0):
    calls.append(x)
    return x + y


print(f(1), f(2), f(1), f(3), f(2), f(1, y=5), f.cache_info(), calls, f.cache_clear(), f.cache_info().hits, f.cache_parameters())


@total_ordering
class V:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        return self.v == o.v

    def __lt__(self, o):
        return self.v < o.v


print(V(1) <= V(2), V(2) >= V(3), V(1) > V(0), V(1) <= V(1))


class C:
    @cached_property
    def x(self):
        calls.append("computed")
        return 5

    def m(self, a, b):
        return a, b

    first = partialmethod(m, "A")


calls.clear()
c = C()
print(c.x, c.x, calls, c.__dict__, c.first("B"))


@singledispatch
def show(v):
    return "object"


@show.register(int)
def _(v):
    return "int"


@show.register(list)
def _(v):
    return "list"


print(show(1), show(True), show([]), show("s"), show.dispatch(bool)(1))
print(operator.itemgetter(1)([1, 2]), operator.itemgetter(0, "a")({0: 1, "a": 2}), operator.attrgetter("real")(5), operator.attrgetter("__class__.__name__")(5), operator.methodcaller("upper")("a"), operator.methodcaller("split", ",", maxsplit=1)("a,b,c"))
print(operator.add(1, 2), operator.concat([1], [2]), operator.contains("abc", "a"), operator.countOf([1, 1], 1), operator.indexOf("abc", "c"), operator.truth([]), operator.not_(1), operator.is_(None, None), operator.index(True), operator.getitem([5], 0), operator.iadd([1], [2]), operator.mod(7, 4), operator.floordiv(-7, 2), operator.lt(1, 2), operator.xor(5, 3), operator.inv(5), operator.pow(2, 3), operator.matmul.__name__, operator.length_hint(iter([1, 2])), operator.call(len, "abc"))
for g in [lambda: reduce(operator.add, []), lambda: operator.itemgetter(), lambda: operator.attrgetter("a.b")(5), lambda: operator.index(1.5), lambda: operator.indexOf([], 1), lambda: partial(), lambda: partial(5), lambda: lru_cache(5)(5) if False else f([]), lambda: operator.add(1), lambda: show(), lambda: operator.methodcaller("nope")(1)]:
    try:
        print(g())
    except Exception as e:
        print(type(e).__name__, e)
total = 0
add5 = partial(operator.add, 5)
get = operator.itemgetter(1)
for i in range(3000):
    total += add5(i) + get((i, i * 2)) + f(i % 2) + C.first(c, i)[1]
print(total, reduce(operator.add, range(3000)), sorted([(1, "b"), (0, "a")], key=get), sorted(range(5), key=cmp_to_key(lambda a, b: b - a)))
