# oracle: 3.13
# What is thrown goes down a long chain, and what comes of it up.
import sys

sys.setrecursionlimit(20_000)

def leaf():
    try:
        yield 1
    except KeyError:
        yield 2
    return 0

def link(inner):
    count = yield from inner
    return count + 1

def chain(depth):
    end = leaf()
    for _ in range(depth):
        end = link(end)
    return end

def thrown(generator, error):
    try:
        return generator.throw(error)
    except StopIteration as stop:
        return stop.value
    except ValueError as error:
        depth, tb = 0, error.__traceback__
        while tb:
            depth, tb = depth + 1, tb.tb_next
        return depth

for depth in (10, 3000):
    g = chain(depth)
    print(next(g), thrown(g, KeyError()), thrown(g, ValueError()))
    g = chain(depth)
    print(next(g), g.close(), thrown(g, ValueError()))

def ends():
    try:
        yield 1
    except KeyError:
        return 0

def long(depth):
    end = ends()
    for _ in range(depth):
        end = link(end)
    return end

g = long(3000)
print(next(g), thrown(g, KeyError()))
