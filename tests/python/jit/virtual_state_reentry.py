# Re-entry by virtual state: a bridge comes back to a loop that keeps an object in registers with an object of its own, and makes neither.


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


class Other(Point):
    pass


class Pair:
    def __init__(self, left, right):
        self.left = left
        self.right = right


def one_object(n):
    # expect-trace: loop one_object: no new, no call_*, ends jump
    # expect-trace: bridge one_object: no new, no call_*, ends link
    p = Point(0, 0)
    i = 0
    while i < n:
        if i % 3 == 0:
            p = Point(p.x + 2, p.y)
        else:
            p = Point(p.x, p.y + 1)
        i += 1
    return p.x, p.y


def nested_objects(n):
    # expect-trace: loop nested_objects: no new, no call_*, ends jump
    # expect-trace: bridge nested_objects: no new, no call_*, ends link
    p = Pair(Point(0, 1.5), Point(1.0, 0))
    i = 0
    while i < n:
        if i % 4 == 1:
            p = Pair(p.right, p.left)
        p = Pair(Point(p.left.x + 1, p.left.y), Point(p.right.x, p.right.y + 1))
        i += 1
    return p.left.x, p.left.y, p.right.x, p.right.y


def tuples(n):
    # expect-trace: loop tuples: no new, no call_*, ends jump
    # expect-trace: bridge tuples: no new, no call_*, ends link
    t = (0, 1)
    i = 0
    while i < n:
        if i & 1:
            t = (t[1], t[0] + 1)
        else:
            t = (t[0] + 1, t[1])
        i += 1
    return t


def another_class(n):
    # The state does not fit where the class differs, or the object is known to others.
    kept = []
    p = Point(0, 0)
    i = 0
    while i < n:
        if i % 5 == 0:
            p = Other(p.x, p.y + 1)
        elif i % 5 == 3:
            p = Point(p.x + 1, p.y)
            if i % 500 == 3:
                kept.append(p)
        else:
            p = Point(p.x + 1, p.y)
        i += 1
    kept[-1].x = -1
    return p.x, p.y, type(p).__name__, len(kept), kept[0].x, kept[-1].x, p is kept[-1]


def seen_after(n):
    # What the bridge hands over is made when an exit needs it, once, and is one object under both names.
    p = q = Point(0, 0)
    i = 0
    while i < n:
        if i % 7 == 0:
            p = q = Point(p.x + 1, p.y)
        else:
            p = Point(p.x, p.y + 1)
            q = p
        i += 1
    p.x = "changed"
    return p is q, q.x, q.y


print(one_object(20000))
print(nested_objects(20000))
print(tuples(20001))
print(another_class(20000))
print(another_class(20004))
print(seen_after(20000))
