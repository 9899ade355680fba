# send, throw and close, with handlers inside the generator.
log = []


def echo():
    value = "first"
    while True:
        try:
            value = yield value
        except ValueError as e:
            value = "handled " + str(e)
        except GeneratorExit:
            log.append("exit")
            raise
        finally:
            log.append("f")


g = echo()
print(next(g), g.send(1), g.send("two"), g.throw(ValueError("v")), g.throw(ValueError), next(g))
try:
    g.throw(KeyError("through"))
except KeyError as e:
    print(repr(e), log)
try:
    next(g)
except StopIteration as e:
    print("finished", e.value)
g = echo()
next(g)
log.clear()
g.close()
g.close()
print(log)


def stubborn():
    while True:
        try:
            yield 1
        except GeneratorExit:
            pass


s = stubborn()
next(s)
try:
    s.close()
except RuntimeError as e:
    print(e)


def answers():
    try:
        yield 1
    except GeneratorExit:
        return "closed value"


a = answers()
next(a)
print(a.close(), answers().close())
fresh = echo()
try:
    fresh.throw(ValueError("before start"))
except ValueError as e:
    print(e)


def averager():
    total = n = 0
    avg = None
    while True:
        x = yield avg
        total += x
        n += 1
        avg = total / n


av = averager()
next(av)
for i in range(3000):
    r = av.send(i)
print(r)
for bad in [(5,), (ValueError, "x"), ("text",)]:
    try:
        echo().throw(*bad)
    except Exception as e:
        print(type(e).__name__, e)
count = 0
g = echo()
next(g)
for i in range(2500):
    out = g.throw(ValueError(i)) if i % 3 == 0 else g.send(i)
    count += len(out) if isinstance(out, str) else out
print(count, len(log) > 2000)
