# Iterators that misbehave: raising in the middle, changing class, returning themselves, infinite with guards.
class It:
    def __init__(self, n, fail=None):
        self.n, self.fail, self.i = n, fail, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.i += 1
        if self.i == self.fail:
            raise ValueError(f"at {self.i}")
        if self.i > self.n:
            raise StopIteration
        return self.i


for consumer in [list, tuple, set, sum, max, sorted, lambda it: [v for v in it], lambda it: [*it], lambda it: dict.fromkeys(it), lambda it: "".join(map(str, it)), lambda it: list(zip(it, range(9))), lambda it: all(it), lambda it: 99 in it, enumerate, lambda it: list(map(str, it)), lambda it: list(filter(None, it)), lambda it: [].extend(it), lambda it: min(it, default=0), lambda it: bytes(it), lambda it: print(*it)]:
    try:
        r = consumer(It(5, 4))
        print(type(r).__name__)
    except ValueError as e:
        print(e, end="; ")
print()
x = [0]
try:
    x.extend(It(5, 3))
except ValueError:
    print(x)
try:
    x[1:] = It(9, 5)
except ValueError:
    print(x)
d = {}
try:
    d.update((v, v) for v in It(9, 4))
except ValueError:
    print(d)
total = 0
try:
    for v in It(5000, 4000):
        total += v
except ValueError as e:
    print(total, e)


class Endless:
    def __iter__(self):
        return self

    def __next__(self):
        return 1


n = 0
for v in Endless():
    n += v
    if n > 3000:
        break
print(n, sum(v for v, _ in zip(Endless(), range(2500))))


class Again:
    def __init__(self):
        self.starts = 0

    def __iter__(self):
        self.starts += 1
        return iter(range(self.starts))


a = Again()
print([list(a) for _ in range(4)], [(p, q) for p in a for q in a][:6], a.starts)


class NotIter:
    def __next__(self):
        return 1


for f in [lambda: iter(NotIter()), lambda: next(NotIter()), lambda: [v for v in NotIter()], lambda: next([1]), lambda: list(iter(5, 6)), lambda: iter(), lambda: next()]:
    try:
        print(f())
    except TypeError as e:
        print(e)
calls = []
print(list(iter(lambda: calls.append(1) or len(calls), 4)), len(calls))


class Stop(StopIteration):
    pass


class Sub:
    def __init__(self):
        self.i = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.i += 1
        if self.i > 3:
            raise Stop("sub")
        return self.i


print(list(Sub()), next(Sub()))
it = It(3)
print(next(it), list(it), next(it, "over"))
it.n = 10
print(list(it))
t = 0
for i in range(600):
    for v in It(i % 5):
        t += v
    for v in It(9, 6) if i % 100 == 99 else ():
        t += 1
        if v == 5:
            break
print(t)
