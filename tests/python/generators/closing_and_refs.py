# Generators that outlive loops, are closed in the middle, raise while closing, hold each other, are resumed by others.
log = []


def tracked(name, n):
    log.append(name + " start")
    try:
        for i in range(n):
            yield i
        log.append(name + " end")
    except GeneratorExit:
        log.append(name + " closed")
        raise
    finally:
        log.append(name + " finally")


def consume(it, n):
    out = []
    for v in it:
        out.append(v)
        if len(out) == n:
            break
    return out


g = tracked("a", 5)
print(consume(g, 2), consume(g, 2), consume(g, 2), log)
log.clear()
h = tracked("b", 5)
next(h)
h.close()
print(log, list(h))
log.clear()
unstarted = tracked("c", 5)
unstarted.close()
print(log, list(unstarted))


def bad_close():
    try:
        yield 1
    finally:
        raise KeyError("while closing")


b = bad_close()
next(b)
try:
    b.close()
except KeyError as e:
    print(e)


def outer():
    inner = tracked("inner", 3)
    try:
        yield from inner
    finally:
        log.append("outer finally")


log.clear()
o = outer()
next(o)
o.close()
print(log)


def trampolines(n):
    a = counter("a", n)
    b = counter("b", n)
    trail = []
    cur, other = a, b
    while True:
        try:
            trail.append(next(cur))
        except StopIteration as e:
            trail.append(e.value)
            break
        cur, other = other, cur
    return trail


def counter(name, n):
    for i in range(n):
        yield name + str(i)
    return name + " done"


print(trampolines(3))


def scheduler(tasks):
    done = 0
    queue = list(tasks)
    while queue:
        t = queue.pop(0)
        try:
            done += next(t)
            queue.append(t)
        except StopIteration:
            pass
    return done


print(scheduler(counted(k) for k in ()) if False else scheduler([(i for i in range(k)) for k in range(60)]))


def recursive(n):
    if n:
        it = recursive(n - 1)
        for v in it:
            yield v + 1
    else:
        yield 0


print(list(recursive(60)), sum(next(recursive(k)) for k in range(60)))


def two_way():
    total = 0
    while total < 10 ** 6:
        cmd, v = yield total
        if cmd == "add":
            total += v
        elif cmd == "reset":
            total = 0
        elif cmd == "stop":
            return total


t = two_way()
next(t)
for i in range(3000):
    r = t.send(("add", i)) if i % 100 else t.send(("reset", None))
try:
    t.send(("stop", 0))
except StopIteration as e:
    print(r, e.value)
def exhausted_many():
    g = (i for i in range(5))
    n = 0
    for _ in range(2500):
        n += next(g, 1)
    return n


print(exhausted_many())
