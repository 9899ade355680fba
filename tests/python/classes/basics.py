# Classes: attributes, methods, class against instance variables, repr, isinstance, deletion, dynamic changes.
class Point:
    count = 0

    def __init__(self, x, y=0):
        self.x, self.y = x, y
        Point.count += 1

    def __repr__(self):
        return f"Point({self.x}, {self.y})"

    def moved(self, dx):
        return Point(self.x + dx, self.y)


p = Point(1, 2)
q = p.moved(5)
print(p, q, Point.count, p.count, p.__dict__, vars(q), type(p) is Point, p.__class__.__name__, isinstance(p, Point), isinstance(p, object))
p.count = 99
p.z = "new"
print(p.count, Point.count, p.__dict__, sorted(set(dir(p)) - set(dir(object)))[:6])
del p.count
print(p.count, hasattr(p, "z"), hasattr(p, "w"), getattr(p, "w", "default"))
del p.z
setattr(p, "x", 100)
print(p, getattr(p, "x"))
delattr(p, "y")
for f in [lambda: p.y, lambda: p.nothing, lambda: Point.nothing, lambda: Point.x, lambda: Point().moved(), lambda: getattr(p, "q"), lambda: getattr(p, 5)]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
try:
    del p.nope
except AttributeError as e:
    print(e)
Point.norm = lambda self: self.x ** 2 + self.y ** 2
print(q.norm(), Point.norm(q))
q.norm = lambda: "instance"
print(q.norm())
q.__dict__["direct"] = 5
print(q.direct, list(q.__dict__))
q.__dict__ = {"x": 7, "y": 8}
print(q, q.norm())
Made = type("Made", (Point,), {"extra": 3, "hello": lambda self: "hi"})
m = Made(4)
print(m.extra, m.hello(), m, Made.__mro__[1] is Point, Made.__name__, Made.__bases__ == (Point,), issubclass(Made, Point))


class Body:
    a = 1
    b = a + 1
    for i in range(3):
        c = i
    if b == 2:
        def m(self):
            return "conditional"
    d = [a, b]
    del i


print(Body.b, Body.c, Body.d, Body().m(), hasattr(Body, "i"), Body.__module__, Body.__qualname__)
a, b = object(), object()
print(a == a, a == b, a != b, hash(a) == hash(a), repr(type(a)), repr(Point), Point.__doc__, str(Body))
