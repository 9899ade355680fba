# A call of a method, and of a constructor, in a loop: inlined, no frame, and the object is never made.


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def length2(self):
        return self.x * self.x + self.y * self.y


def methods(point, n):
    # expect-trace: loop methods: no new, no call_*, no store_slot, no box_*, no load_val, ends jump
    s = 0
    i = 0
    while i < n:
        s += point.length2()
        i += 1
    return s


def objects(n):
    # expect-trace: loop objects: no new, no call_*, no store*, no box_*, ends jump
    s = 0
    i = 0
    while i < n:
        s += Point(i, 2).length2()
        i += 1
    return s


print(methods(Point(3, 4), 5000))
print(objects(5000))
