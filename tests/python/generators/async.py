# Coroutines driven by hand: await, async for, async with, async generators and comprehensions.
class Pause:
    def __init__(self, tag):
        self.tag = tag

    def __await__(self):
        got = yield self.tag
        return got


async def child(n):
    a = await Pause(("child", n))
    return a * 2


async def parent():
    x = await child(1)
    y = await child(2)
    return x + y


def drive(coro, values=()):
    seen = []
    values = iter(values)
    value = None
    while True:
        try:
            seen.append(coro.send(value))
            value = next(values, 1)
        except StopIteration as e:
            return seen, e.value


print(drive(parent(), [10, 20]))


class Ticker:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        await Pause("tick")
        return self.n


class Ctx:
    async def __aenter__(self):
        await Pause("enter")
        return "inside"

    async def __aexit__(self, *exc):
        await Pause("exit")
        return True


async def agen(n):
    for i in range(n):
        await Pause("agen")
        yield i


async def everything():
    out = []
    async for t in Ticker(3):
        out.append(t)
    else:
        out.append("else")
    async with Ctx() as c:
        out.append(c)
        raise ValueError
    out += [x async for x in agen(3) if x != 1]
    out.append({k: v async for k, v in pairs()})
    return out


async def pairs():
    yield "a", 1
    yield "b", 2


print(drive(everything()))


async def hot(n):
    total = 0
    for i in range(n):
        total += await child(i)
    return total


seen, value = drive(hot(2500))
print(len(seen), value)
c = parent()
c.send(None)
try:
    c.throw(KeyError("k"))
except KeyError as e:
    print(e)
c.close()
try:
    c.send(None)
except RuntimeError as e:
    print(e)
for bad in ["def f():\n await x", "async def f():\n yield from x", "async def f():\n return 1\n yield"]:
    try:
        compile(bad, "s", "exec")
    except SyntaxError as e:
        print(e.msg)


async def awaits_int():
    await 5


try:
    awaits_int().send(None)
except TypeError as e:
    print(e)
