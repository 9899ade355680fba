"""A random walk over chains of generators: this program prints the same everywhere, and is itself what is run and compared.

    python3 tests/fuzz/generators.py SEED > expected; taipan tests/fuzz/generators.py SEED | diff expected -

Generators delegate to each other at random, share delegates, catch what is thrown into them, ignore being closed, look at each other's
states; from outside they are stepped by for loops, `next`, `send`, `throw` and `close`, also while they run. CPython 3.13 shows the same frames as 3.14;
older ones do not.
"""

import os
import sys

STATE = int(sys.argv[1]) if len(sys.argv) > 1 else 1


def rand(n):
    global STATE
    STATE = (STATE * 6364136223846793005 + 1442695040888963407) % 2 ** 64
    return (STATE >> 33) % n


POOL = []
KEEP = []  # nothing is finalised while this runs
LOG = []
BUDGET = [0]


def note(*what):
    LOG.append(what)


class Signal(Exception):
    pass


def spend():
    BUDGET[0] -= 1
    return BUDGET[0] > 0


def make(depth):
    kind = rand(7)
    if depth <= 0:
        kind = rand(3)
    name = len(POOL)
    if kind == 0:
        g = numbers(name, rand(4))
    elif kind == 1:
        g = catching(name, rand(4))
    elif kind == 2:
        g = echo(name)
    elif kind == 3:
        g = through(name, make(depth - 1))
    elif kind == 4:
        g = twice(name, make(depth - 1), make(depth - 2))
    elif kind == 5:
        g = handling(name, make(depth - 1))
    else:
        g = through(name, POOL[rand(len(POOL))]) if POOL else numbers(name, 2)
    POOL.append(g)
    return g


def numbers(name, n):
    for i in range(n):
        yield (name, i)
    if rand(9) == 0:
        raise Signal(name)
    return name


def catching(name, n):
    for i in range(n):
        try:
            yield (name, 'c', i)
        except Signal as error:
            yield (name, 'caught', error.args)
        except GeneratorExit:
            if rand(3) == 0:
                yield (name, 'ignored')
            raise
    poke()
    return None


def echo(name):
    got = []
    while len(got) < 3:
        got.append((yield (name, len(got))))
    return got


def through(name, inner):
    result = yield from inner
    if rand(5) == 0:
        yield (name, 'then', result)
    return (name, result)


def twice(name, first, second):
    try:
        a = yield from first
    except Signal as error:
        a = error.args
    b = yield from second
    return (a, b)


def handling(name, inner):
    try:
        if rand(2):
            raise KeyError(name)
        yield from inner
    except KeyError:
        yield (name, sys.exc_info()[0])
        r = yield from inner
        return r
    finally:
        note('finally', name)
        yield (name, 'last')


def poke():
    if POOL and rand(3) == 0 and spend():
        act(POOL[rand(len(POOL))])


def names():
    frame, found = sys._getframe(1), []
    while frame is not None and frame.f_code.co_name != 'main':
        found.append(frame.f_code.co_name)
        frame = frame.f_back
    return found


def trace(error):
    tb, found = error.__traceback__, []
    while tb is not None:
        found.append(tb.tb_frame.f_code.co_name)
        tb = tb.tb_next
    return found[1:]


def act(g):
    what = rand(8)
    try:
        if what <= 2:
            steps = rand(6)
            for value in g:
                note('for', value)
                steps -= 1
                if steps < 0:
                    break
        elif what == 3:
            note('next', next(g))
        elif what == 4:
            note('send', g.send(rand(5) or None))
        elif what == 5:
            note('throw', g.throw(Signal(rand(9))))
        elif what == 6:
            g.close()
        else:
            note('state', g.gi_running, g.gi_frame is None, names())
    except BaseException as error:
        # CPython's texts of some of these differ between versions.
        note(type(error).__name__, trace(error), error.args if isinstance(error, Signal) else None)


def main():
    for turn in range(150):
        BUDGET[0] = 40
        KEEP.extend(POOL)
        del POOL[:]
        roots = [make(5) for _ in range(3)]
        for _ in range(30):
            act(roots[rand(3)] if rand(3) else POOL[rand(len(POOL))])
        print(turn, hash_of(LOG), len(LOG))
        if turn % 50 == 0:
            print(LOG[:20])
        del LOG[:]


def hash_of(value):
    h = 7
    for c in repr(value):
        h = (h * 31 + ord(c)) % 1000000007
    return h


main()
sys.stdout.flush()
os._exit(0)
