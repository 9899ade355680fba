# Closing a long chain of generators ends, well or with RecursionError.
import sys


def base():
    try:
        yield 1
    finally:
        pass


def wrap(inner):
    yield from inner


sys.setrecursionlimit(10**6)
# The recording machine has little stack.
for length in (100, 200, 60_000 if sys.implementation.name == "taipan" else 300):
    generator = base()
    for _ in range(length):
        generator = wrap(generator)
    try:
        next(generator)
        generator.close()
    except RecursionError:
        assert length > 900
    print("closed")
