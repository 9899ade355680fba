# yield from: values, results, sends, exceptions and closing passed through; recursion.
log = []


def inner():
    try:
        x = yield 1
        log.append(("got", x))
        y = yield 2
        log.append(("got", y))
    except ValueError as e:
        log.append(("caught", str(e)))
        yield "recovered"
    finally:
        log.append("inner done")
    return "result"


def outer():
    r = yield from inner()
    log.append(("outer has", r))
    z = yield from [10, 20]
    log.append(z)
    yield from "ab"
    yield from ()
    return "outer result"


g = outer()
print(next(g), g.send("a"), g.send("b"), list(g), log)
log.clear()
g = outer()
next(g)
print(g.throw(ValueError("v")), next(g), log)
log.clear()
g = outer()
next(g)
g.close()
print(log)


class Iter:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration("from iter")
        return self.n


def d():
    r = yield from Iter()
    yield r


print(list(d()))
h = d()
next(h)
try:
    h.send(5)
except AttributeError as e:
    print(e)


def count(n):
    if n:
        yield n
        yield from count(n - 1)


print(sum(count(100)), list(count(5)))


class Tree:
    def __init__(self, l, v, r):
        self.l, self.v, self.r = l, v, r

    def __iter__(self):
        if self.l:
            yield from self.l
        yield self.v
        if self.r:
            yield from self.r


def build(lo, hi):
    if lo >= hi:
        return None
    m = (lo + hi) // 2
    return Tree(build(lo, m), m, build(m + 1, hi))


t = build(0, 1000)
print(list(t) == list(range(1000)), sum(t), max(t))


def delegate(x):
    total = 0
    while True:
        v = yield from leaf(x)
        total += v
        if total > 5000:
            return total


def leaf(x):
    got = yield x
    return got or 1


w = delegate(3)
next(w)
n = 0
try:
    while True:
        n += w.send(n % 5)
except StopIteration as e:
    print(e.value, n)
try:
    list((lambda: (yield from 5))())
except TypeError as e:
    print(e)
