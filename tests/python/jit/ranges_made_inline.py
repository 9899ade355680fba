# Ranges and reversed ranges of every kind in hot loops: made in the trace where their numbers are inline, natively elsewhere.
def total(*args):
    count = result = 0
    for i in range(*args):
        count += 1
        result = result * 3 + i & 0xFFFF
    return count, result


def inline(stop, start):
    out = []
    for i in range(stop):
        out.append(i)
    for i in range(start, stop):
        out.append(i)
    for i in range(stop, start, -1):
        out.append(i)
    for i in range(start, stop, 2):
        out.append(i)
    for i in reversed(range(stop)):
        out.append(i)
    for i in reversed(range(start, stop)):
        out.append(i)
    for i in reversed(range(stop, start, -1)):
        out.append(i)
    for i in reversed(range(start, stop, 3)):
        out.append(i)
    return out


for _ in range(6):
    print(inline(5, 2), inline(0, 0), inline(-3, 4), inline(2, -2))
print(total(7), total(-7), total(3, 9), total(9, 3), total(9, 3, -1), total(9, 3, -4), total(True), total(False, True))


def kept(n):
    r = range(n)
    s = range(n, -n, -1)
    return r, s, len(r), len(s), r[-1] if n else None, s.step, r.stop, r == range(n), n in s, list(reversed(r))[:2]


for n in range(5):
    print(kept(n))


big = 2**47


def wide(start, stop):
    r = range(start, stop)
    return r, r[-1], next(reversed(r)), stop - 1 in r


for _ in range(5):
    print(wide(big, big + 3), wide(-big * 2, big * 2 - 1), wide(-(2**48), 2**48 - 1), wide(2**48, 2**48 + 4), wide(2**70, 2**70 + 2))


class Index:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        return self.n


def odd(x, *more):
    try:
        return list(range(x, *more))
    except (TypeError, ValueError) as error:
        return type(error).__name__, str(error)


for _ in range(5):
    for args in (Index(3),), (1, Index(3)), (1.5,), (1, 2, 0), ("a",), (1, 2, 3), (5, 1, -1), (5, 1, Index(-2)):
        print(odd(*args))
for x in ([1, 2], (1, 2), "ab", {1: 2}, range(2), range(2**70, 2**70 + 2)):
    print(list(reversed(x)))
try:
    reversed({1, 2})
except TypeError as error:
    print(error)
