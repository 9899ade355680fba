# Classes that act as containers, and how loops, `in`, len, bool and unpacking use them.
class Seq:
    def __init__(self, *items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        log.append(i)
        return self.items[i]

    def __setitem__(self, i, v):
        self.items[i] = v

    def __delitem__(self, i):
        del self.items[i]


log = []
s = Seq(1, 2, 3)
print(list(s), log, 2 in s, 9 in s, len(s), bool(s), bool(Seq()), s[-1], s[0:2], [*s], tuple(s), max(s), sum(s), list(reversed(s)), list(enumerate(s)))
a, b, c = s
s[0] = "x"
del s[1]
print(a, b, c, s.items, list(map(str, s)), dict(zip(s, s)), sorted(Seq(3, 1, 2)), "-".join(Seq("a", "b")))


class It:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n

    def __contains__(self, x):
        return ("contains", x)

    def __reversed__(self):
        return iter("reversed")

    def __length_hint__(self):
        return self.n


print(list(It(4)), 5 in It(1), list(reversed(It(1)))[:3], next(It(3)), [x for x in It(3)], sum(It(5)), max(It(4)), sorted(set(It(3))))
i = It(5)
for x in i:
    if x == 3:
        break
print(list(i), next(i, "done"))


class NoIter:
    __iter__ = None


class BadIter:
    def __iter__(self):
        return 5


class BadLen:
    def __len__(self):
        return self.v


for f in [lambda: iter(NoIter()), lambda: list(BadIter()), lambda: 1 in NoIter(), lambda: len(5), lambda: 5[0], lambda: [x for x in 5], lambda: next(5), lambda: iter(5), lambda: len(It(2)), lambda: 1 in 5]:
    try:
        print(f())
    except TypeError as e:
        print(e)
for v in [-1, "x", 2.0, 10]:
    o = BadLen()
    o.v = v
    try:
        print(len(o), bool(o))
    except Exception as e:
        print(type(e).__name__, e)
print(list(iter(iter([1, 2, 0, 3]).__next__, 0)))
total = 0
for k in range(2500):
    total += s[k % 2] if k % 2 else len(s[0])
    for x in It(2):
        total += x
    log.clear()
print(total)
