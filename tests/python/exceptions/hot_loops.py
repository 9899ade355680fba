# Exceptions raised and caught in hot loops, in callees, across frames that the JIT may inline.
class E(Exception):
    pass


class Stop(Exception):
    def __init__(self, value):
        self.value = value


def check(x):
    if x % 5 == 0:
        raise E(x)
    return x


def middle(x):
    return check(x) + 1


def safe(x):
    try:
        return middle(x)
    except E as e:
        return -e.args[0]


total = 0
for i in range(5000):
    total += safe(i)
print(total)
total = 0
for i in range(5000):
    try:
        total += middle(i)
    except E:
        total -= 1
    except ValueError:
        total = 0
print(total)


def unwinding(depth, x):
    if depth == 0:
        raise Stop(x)
    try:
        unwinding(depth - 1, x)
    finally:
        trail.append(depth)


trail = []
total = 0
for i in range(500):
    try:
        unwinding(5, i)
    except Stop as s:
        total += s.value
print(total, len(trail), trail[:6])
rare = 0
data = list(range(100))
for i in range(6000):
    try:
        data[i % 101]
        {1: 2}[1 if i % 50 else 3]
        int("5" if i % 77 else "x")
    except IndexError:
        rare += 1
    except KeyError as e:
        rare += 1000
    except ValueError as e:
        rare += 1000000
print(rare)


def search(rows, wanted):
    class Found(Exception):
        pass
    try:
        for r, row in enumerate(rows):
            for c, v in enumerate(row):
                if v == wanted:
                    raise Found
    except Found:
        return r, c
    return None


rows = [[r * 60 + c for c in range(60)] for r in range(60)]
print(search(rows, 3333), search(rows, -1))


def until():
    it = iter(range(3000))
    n = 0
    while True:
        try:
            n += next(it)
        except StopIteration:
            return n


print(until())
kept = []
for i in range(2500):
    try:
        raise E("e%d" % i)
    except E as e:
        if i % 500 == 0:
            kept.append(e)
print([str(e) for e in kept], kept[0].__traceback__ is not None, kept[0].__context__)
total = 0
for i in range(3000):
    try:
        try:
            if i & 1:
                raise E
            total += 1
        finally:
            total += 2
    except E:
        total += 3
print(total)
