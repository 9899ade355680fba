# max-heap: 7m
# modes: off, default, eager, stress, guards, raise, frames, plain
# gc-stress: 20000
# Topic: memory that runs out where compiled code cannot raise: in boxes of numbers, and in objects that an exit makes


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def boxes(room, count):
    """Numbers too large for a word."""
    big = 1 << 60
    for i in range(count):
        room[i] = big ^ i
    return count


def nans(room, count):
    nan = float("inf") - float("inf")
    for i in range(count):
        room[i] = nan + i
    return count


def points(room, count):
    """Objects that are made where the loop is left only."""
    total = 0
    for i in range(count):
        p = Point(i, i + 0.5)
        if i % 3:
            room[i] = p
        total += p.x
    return total


def chains(room, count):
    """As before, by one exit after the other."""
    for i in range(0, count, 4):
        last = None
        for j in range(4):
            last = Point(last, j)
        room[i] = last
    return count


def attempt(work, count):
    room = [None] * count
    try:
        work(room, count)
    except MemoryError:
        pass
    first = room[0] is None and room[1] is None
    # Whoever still refers to the list does not keep what was in it. There is no memory for an iterator.
    i = 0
    while i < count:
        room[i] = None
        i += 1
    return first


for count in (1000, 20_000, 200_000):
    for work in (boxes, nans, points, chains):
        for _ in range(2):
            print(work.__name__, count, attempt(work, count))
