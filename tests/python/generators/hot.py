# Generators resumed many times in hot loops, their locals changing type, many alive at once, across deoptimisation.
def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


total = 0
for x in numbers(6000):
    total += x
print(total)


def changing(n):
    v = 0
    for i in range(n):
        if i == 1000:
            v = 0.5
        elif i == 2000:
            v = 2 ** 65
        elif i == 2500:
            v = "s"
        yield v
        v = v + v if isinstance(v, str) and len(v) < 4 else v if isinstance(v, str) else v + 1


kinds = {}
for v in changing(3000):
    kinds[type(v).__name__] = kinds.get(type(v).__name__, 0) + 1
print(kinds, v)
gens = [numbers(3000) for _ in range(5)]
total = 0
for _ in range(3000):
    for g in gens:
        total += next(g)
print(total, [next(g, None) for g in gens])


def pairs(n):
    a, b, c = 1, 2.5, "x"
    for i in range(n):
        a, b = a + 1, b + 0.5
        yield a, b, c
        c = "xy"[i & 1]


last = None
for last in pairs(2500):
    pass
print(last)


def chain(*its):
    for it in its:
        for x in it:
            yield x


def take(n, it):
    for _, x in zip(range(n), it):
        yield x


def mapped(f, it):
    for x in it:
        yield f(x)


print(sum(mapped(lambda x: x * 2, take(2500, chain(numbers(1000), numbers(5000))))))


def windows(it, n):
    buf = []
    for x in it:
        buf.append(x)
        if len(buf) == n:
            yield tuple(buf)
            del buf[0]


print(sum(w[0] * w[-1] for w in windows(numbers(2500), 4)))


def ping(n):
    got = 0
    while got < n:
        got = yield got


p = ping(4000)
v = next(p)
try:
    while True:
        v = p.send(v + 1)
except StopIteration:
    print(v)


def raising(n):
    for i in range(n):
        try:
            yield i
        except KeyError:
            yield -1


g = raising(3000)
s = 0
for i in range(3500):
    try:
        s += g.throw(KeyError) if i % 4 == 3 else next(g)
    except (StopIteration, KeyError) as e:
        s += 7
        break
print(s, i)
abandoned = 0
for i in range(2000):
    g = numbers(10)
    abandoned += next(g)
    abandoned += next(g)
print(abandoned)
