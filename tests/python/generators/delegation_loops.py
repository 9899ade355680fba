"""What a delegating generator remembers: its variables at each `yield from`, however often it comes by."""


def inner(n):
    for i in range(n):
        yield i
    return n


def changing():
    x = 0
    while x < 4:
        x += 1
        got = yield from inner(2)
        x += got - 2
        yield ("x", x)


print(list(changing()))


def catching():
    seen = []
    while len(seen) < 3:
        try:
            yield from failing(len(seen))
        except ValueError as error:
            seen.append(str(error))
    return seen


def failing(n):
    for i in range(n):
        yield i
    raise ValueError(f"after {n}")


def whole():
    result = yield from catching()
    yield result


print(list(whole()))


def echo():
    total = 0
    while True:
        total += (yield total) or 1


def chain(depth, start):
    mark = [start]
    if depth:
        mark.append((yield from chain(depth - 1, start + 1)))
    else:
        mark.append((yield from echo()))


deep = chain(5, 10)
print(next(deep))
for value in range(300):
    deep.send(value)
print(deep.send(1))
print(deep.gi_yieldfrom.__name__, deep.gi_running)
print(deep.gi_frame.f_lineno, deep.gi_frame.f_locals)


class Stop(Exception):
    pass


def outer(log):
    for turn in range(3):
        own = turn * 10
        try:
            yield from inner_with_cleanup(log, own)
        except Stop:
            own += 1
        log.append(own)


def inner_with_cleanup(log, own):
    try:
        while True:
            yield own
            own += 1
    finally:
        log.append(("closed", own))


log = []
running = outer(log)
print([next(running), next(running), running.throw(Stop()), next(running), running.throw(Stop())])
running.close()
print(log)


def looks_outward():
    yield me.gi_running
    try:
        next(me)
    except ValueError as error:
        yield str(error)
    yield me.gi_frame.f_lineno


def delegates():
    local = "kept"
    yield from looks_outward()
    yield local


me = delegates()
print(list(me))


class Node:
    def __init__(self, left, value, right):
        self.left, self.value, self.right = left, value, right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def tree(values):
    if not values:
        return None
    middle = len(values) // 2
    return Node(tree(values[:middle]), values[middle], tree(values[middle + 1 :]))


for _ in range(20):
    total = 0
    for value in tree(range(500)):
        total = (total * 3 + value) % 1000003
print(total)


async def step(n):
    await pause(n)
    return n


class pause:
    def __init__(self, n):
        self.n = n

    def __await__(self):
        got = yield self.n
        return got


async def main():
    total = 0
    for n in range(5):
        total += await step(n)
        total += await step(n + 1)
    return total


coroutine = main()
sent = None
steps = []
try:
    while True:
        steps.append(coroutine.send(sent))
        sent = len(steps)
except StopIteration as stop:
    print(steps, stop.value)
