# Generators: laziness, state, return values, exhaustion, expressions, attributes.
log = []


def g(n):
    log.append("start")
    for i in range(n):
        got = yield i
        if got is not None:
            log.append(got)
    log.append("end")
    return "ret"


it = g(3)
print(log, next(it), log, it.send("hello"), next(it), next(it, "default"), next(it, "again"), log)
print(list(g(3)), sum(g(4)), [*g(2)], max(g(5)), dict(enumerate(g(2))), tuple(x * 2 for x in g(3)), iter(it) is it)
try:
    it.send(None)
except StopIteration as e:
    print("stopped", e.value)
fresh = g(1)
try:
    fresh.send(5)
except TypeError as e:
    print(e)
print(type(fresh).__name__, fresh.gi_running, fresh.gi_frame is None, fresh.__name__, fresh.__qualname__, fresh.gi_code.co_name)
e = (x * y for x in range(3) for y in range(x) if y != 1)
print(list(e), list(e), type(e).__name__)
sources = []
lazy = (sources.append(x) or x for x in iter([1, 2, 3]))
print(sources, next(lazy), sources)


def self_running():
    try:
        next(me)
    except ValueError as e:
        yield str(e)


me = self_running()
print(next(me))


def infinite():
    n = 0
    while True:
        yield n
        n += 1


total = 0
for v in infinite():
    if v > 4000:
        break
    total += v
print(total)


def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


f = fib()
for _ in range(250):
    last = next(f)
print(last)


def pipeline(n):
    evens = (x for x in range(n) if x % 2 == 0)
    squares = (x * x for x in evens)
    return sum(s % 7 for s in squares)


print(pipeline(5000))


def stop_inside():
    yield 1
    raise StopIteration("x")


try:
    list(stop_inside())
except RuntimeError as e:
    print(e, repr(e.__cause__))
