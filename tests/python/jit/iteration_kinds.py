# One hot loop body over many kinds of iterables, user iterators, views, nested, with early exits.
def consume(it):
    t = 0
    for v in it:
        t += v if isinstance(v, (int, float)) else len(v)
    return t


class Up:
    def __init__(self, n):
        self.n, self.i = n, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.i >= self.n:
            raise StopIteration
        self.i += 1
        return self.i


class Old:
    def __getitem__(self, i):
        if i >= 2000:
            raise IndexError
        return i


d = {i: str(i) for i in range(1500)}
kinds = [range(3000), list(range(2000)), tuple(range(2000)), set(range(2000)), d, d.keys(), d.values(), d.items(), "a" * 2500, bytes(2500), Up(2500), Old(), (i * 2 for i in range(2500)), map(abs, range(-2000, 0)), zip(range(2000), range(2000)), enumerate([5] * 2000), reversed(range(2000)), filter(None, range(2000)), bytearray(b"xyz" * 700), frozenset(range(100)), iter([1.5] * 2000), range(10 ** 18, 10 ** 18 + 2000)]
for k in kinds:
    print(type(k).__name__, consume(k))
t = 0
for i, (k, v) in enumerate(d.items()):
    t += i * k + len(v)
for a, b, c in zip(range(2500), "xy" * 1250, [1.5] * 2500):
    t += a if b == "x" else c
for row in [[1, 2], (3, 4), {5, 6}, "78", range(2)] * 500:
    for v in row:
        t += int(v)
for i in range(2500):
    for j in (1, 2, 3):
        if j == i % 4:
            break
    else:
        t += 10000
print(t)
it = iter(range(5000))
for v in it:
    if v % 10 == 0:
        next(it, None)
    t += v
print(t)
up = Up(10000)
for v in up:
    if v == 3000:
        Up.__next__ = lambda self: self.__dict__.setdefault("extra", iter([1, 2])).__next__()
    t += v
print(t)
print(sum(x * y for x in range(60) for y in range(x)), max(len(str(i)) for i in range(2500)), [v for v in range(3000) if v % 999 == 0], {v % 7: v for v in range(2500)})
pos = neg = 0
for v in [3, -1.5, 0, True, 2 ** 65, -(2 ** 65), float("inf")] * 400:
    if v > 0:
        pos += 1
    elif v < 0:
        neg += 1
print(pos, neg)
