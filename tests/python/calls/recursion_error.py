# Endless recursion of several kinds ends in a RecursionError that can be caught, and the program goes on.
# oracle: 3.13
# gc-stress: 1000
import sys


def down(n):
    return down(n + 1) + 1


def left(n):
    right(n)


def right(n):
    left(n)


class Loop:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __eq__(self, other):
        return self == other

    def __repr__(self):
        return repr(self)

    def __call__(self):
        return self()

    def __len__(self):
        return len(self)


def generators():
    yield from generators()


for attempt in [lambda: down(0), lambda: left(0), lambda: Loop().a, lambda: Loop() == 1, lambda: repr(Loop()), lambda: Loop()(), lambda: len(Loop()), lambda: list(generators()), lambda: sorted([1, 2], key=lambda x: down(x))]:
    try:
        attempt()
        print("no error")
    except RecursionError as e:
        print(type(e).__name__, str(e).startswith("maximum recursion depth exceeded"))
depth = 0


def count():
    global depth
    depth += 1
    count()


for limit in [200, 1000]:
    sys.setrecursionlimit(limit)
    depth = 0
    try:
        count()
    except RecursionError:
        print(abs(depth - limit) < 20)  # inlined frames of compiled code may pass the limit by a few


def fine(n):
    return 0 if n == 0 else 1 + fine(n - 1)


print(fine(900))
sys.setrecursionlimit(20000)
print(fine(15000))


def deep_finally(n):
    try:
        deep_finally(n + 1)
    finally:
        global depth
        depth += 1


depth = 0
sys.setrecursionlimit(500)
try:
    deep_finally(0)
except RecursionError:
    print(depth > 400)
try:
    sys.setrecursionlimit(0)
except ValueError as e:
    print(e)
