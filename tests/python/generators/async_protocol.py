# The methods of asynchronous generators and their awaitables, and aiter and anext.
class Pause:
    def __await__(self):
        return (yield "pause")


def drive(awaitable, *sent):
    seen = []
    it = awaitable.__await__()
    sent = list(sent)
    try:
        while True:
            seen.append(it.send(sent.pop(0) if sent else None))
    except BaseException as e:
        return seen, type(e).__name__, *e.args


async def echo():
    got = "first"
    try:
        while True:
            try:
                got = yield got
            except KeyError as e:
                got = "caught", e.args
                await Pause()
    finally:
        log.append("finally")
        await Pause()


log = []
a = echo()
print(type(a).__name__, a.__aiter__() is a, a.ag_running, a.ag_frame is None, a.__name__, a.ag_code.co_name, a.ag_await)
print(drive(a.__anext__()), drive(a.asend("second")), drive(a.asend(3)))
print(drive(a.athrow(KeyError("k"))), drive(a.asend(None)))
print(drive(a.aclose()), log, drive(a.aclose()), drive(a.__anext__()), drive(a.athrow(KeyError("late"))))
print(drive(echo().aclose()), drive(echo().athrow(ValueError("v"))), drive(echo().asend(5)), log)

b = echo()
n = b.__anext__()
print(drive(n), drive(n), type(n).__name__, type(b.aclose()).__name__)
waiting = b.athrow(KeyError, "x")
print(waiting.send(None), b.ag_running)
for other in [b.__anext__(), b.aclose(), b.athrow(KeyError)]:
    print(drive(other))
print(drive(waiting), b.ag_running)
waiting = b.asend(1)
try:
    waiting.close()
except RuntimeError as e:
    print(e)
print(drive(waiting), drive(b.__anext__()))


async def stubborn():
    while True:
        try:
            yield 1
        except GeneratorExit:
            pass


s = stubborn()
print(drive(s.__anext__()), drive(s.aclose()))


async def stops():
    yield 1
    raise StopAsyncIteration


s = stops()
print(drive(s.__anext__()), drive(s.__anext__()), drive(s.__anext__()))


async def using():
    a = echo()
    assert aiter(a) is a
    out = [await anext(a), await anext(a), await anext(count(0), "default"), await anext(count(1), "default")]
    try:
        await anext(count(0))
    except StopAsyncIteration:
        out.append("stopped")
    await a.aclose()
    out.append([x async for x in count(4) if x % 2])
    out.append([i async for i in (x * x async for x in count(3))])
    return out


async def count(n):
    for i in range(n):
        yield i


print(drive(using()))
for f in [lambda: aiter(5), lambda: anext(5), lambda: a.asend(), lambda: a.athrow(5)]:
    try:
        f()
    except TypeError as e:
        print(e)
