# Builtin functions over generators run as hidden guest functions: results, exceptions, tracebacks, frames and partial consumption as ever.
import sys


def count(n):
    for i in range(n):
        yield i


def names():
    yield sys._getframe(1).f_code.co_name
    yield sys._getframe(2).f_code.co_name


def asks():
    return list(names())


def fails(n):
    yield from range(n)
    raise ValueError(n)


def lines(error):
    traceback = error.__traceback__
    found = []
    while traceback:
        found.append((traceback.tb_frame.f_code.co_name, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


class Text:
    def __bool__(self):
        raise RuntimeError("no truth")


print(asks())
for round in range(300):
    results = (
        tuple(count(4)),
        list(count(3)),
        sorted(set(count(5))),
        sorted(frozenset(count(2))),
        any(count(1)),
        all(count(2)),
        any(x > 3 for x in count(9)),
        all(x < 3 for x in count(9)),
        sum(count(5)),
        sum(x * 0.5 for x in count(5)),
        sum(1 << (30 * x) for x in count(4)),
        sum(x > 1 for x in count(5)),
        sorted(-x for x in count(4)),
        ",".join(str(x) for x in count(4)),
    )
    for function in (tuple, list, set, frozenset, any, all, sum, sorted):
        try:
            function(fails(2 if function is not any else 1))
        except ValueError as error:
            if round in (0, 299):
                print(function.__name__, error, lines(error))
        else:
            if round == 0:
                print(function.__name__, "stopped early")
    rest = count(6)
    first = any(rest)
    results += (first, list(rest))
    if round in (0, 299):
        print(results)

for function in (any, all):
    try:
        function(Text() for _ in count(2))
    except RuntimeError as error:
        print(function.__name__, error, lines(error))
try:
    sum(x for x in (1, "a"))
except TypeError as error:
    print(error)
try:
    "".join(x for x in ("a", 1))
except TypeError as error:
    print(error)
try:
    set([] for _ in count(1))
except TypeError as error:
    print(error)
exhausted = count(2)
print(list(exhausted), list(exhausted), tuple(exhausted), sum(exhausted), "".join(exhausted))
