# The texts of wrong calls.
def f(a, b=2, *, c):
    return a


def g(a, b, /):
    return a


def h():
    return 0


def two(a, b):
    return a


class C:
    def m(self, x):
        return x

    def __init__(self, y=1):
        self.y = y


class Empty:
    pass


cases = [lambda: f(), lambda: f(1), lambda: f(1, 2, 3, c=1), lambda: f(1, c=1, d=2), lambda: f(1, a=2, c=3), lambda: g(1), lambda: g(1, b=2), lambda: g(a=1, b=2), lambda: g(1, 2, 3),
         lambda: h(1), lambda: h(x=1), lambda: two(), lambda: two(1), lambda: two(1, 2, 3), lambda: two(b=1), lambda: C().m(), lambda: C().m(1, 2), lambda: C.m(), lambda: C(1, 2), lambda: C(z=1), lambda: Empty(1),
         lambda: (lambda x: x)(), lambda: len(), lambda: len(1, 2), lambda: len(x=1), lambda: 5(), lambda: None(), lambda: "a"(), lambda: f(*5, c=1), lambda: f(**5), lambda: f(**{1: 2}), lambda: f(1, c=1, **{"c": 2}),
         lambda: print(nope=1), lambda: abs(), lambda: isinstance(1), lambda: [].append(), lambda: "".join(), lambda: int(1, 2, 3), lambda: object(1), lambda: C.y(), lambda: type(), lambda: C()(), lambda: f(1, *[2], *[3], c=1)]
for case in cases:
    try:
        print("no error", case())
    except Exception as e:
        print(type(e).__name__, e)


def three(a, b, c, d):
    pass


for args in [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4, 5)]:
    try:
        three(*args)
    except TypeError as e:
        print(e)


def only(*, x, y, z):
    pass


for kw in [{}, {"x": 1}, {"x": 1, "y": 2}, {"x": 1, "y": 2, "z": 3, "w": 4}]:
    try:
        only(**kw)
    except TypeError as e:
        print(e)
