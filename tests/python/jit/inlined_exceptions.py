# Exceptions raised inside calls the JIT inlines and caught outside, tracebacks counted, state kept on the way.
class Err(Exception):
    pass


class Acc:
    def __init__(self):
        self.sum = 0
        self.log = []

    def add(self, v):
        self.sum += v
        self.check(v)
        return self

    def check(self, v):
        if v % 13 == 0:
            raise Err(v)


def depth(e):
    n, tb = 0, e.__traceback__
    while tb:
        n, tb = n + 1, tb.tb_next
    return n


def run(n):
    a = Acc()
    depths = {}
    for i in range(n):
        before = a.sum
        try:
            a.add(i).add(i + 1)
        except Err as e:
            a.log.append(e.args[0])
            d = depth(e)
            depths[d] = depths.get(d, 0) + 1
        else:
            a.sum -= 1
        if a.sum < before and i > 2:
            print("lost", i)
    return a.sum, len(a.log), a.log[-3:], depths


print(run(4000))


def third(x, d):
    return d[x]


def second(x, d):
    y = x * 2
    r = third(y, d)
    return r + y


def first(x, d):
    try:
        return second(x, d)
    finally:
        d["calls"] += 1


def lookups(n):
    d = {i * 2: i for i in range(0, n, 3)}
    d["calls"] = 0
    hit = miss = 0
    for x in range(n):
        try:
            hit += first(x, d)
        except KeyError as e:
            miss += e.args[0]
    return hit, miss, d["calls"]


print(lookups(4000))


def divide(a, b):
    return a // b


t = 0
for i in range(4000):
    try:
        t += divide(100, i % 5)
    except ZeroDivisionError:
        t -= 1
print(t)


class Mgr:
    def __init__(self, out):
        self.out = out

    def __enter__(self):
        return self

    def __exit__(self, t, v, tb):
        self.out[t is not None] += 1
        return t is Err


out = {True: 0, False: 0}
n = 0
for i in range(3000):
    with Mgr(out):
        n += 1
        if i % 4 == 0:
            raise Err
        n += 1
print(n, out)


def gen(n):
    for i in range(n):
        if i % 10 == 9:
            raise Err(i)
        yield i


t = 0
for i in range(400):
    try:
        for v in gen(20):
            t += v
    except Err as e:
        t += 1000 * e.args[0]
print(t)


def types(n):
    r = {}
    vals = [1, "a", None, [1], 2.5]
    for i in range(n):
        try:
            k = vals[i % 5] + 1
        except TypeError as e:
            k = str(e)
        r[k] = r.get(k, 0) + 1
    return r


print(types(3000))
