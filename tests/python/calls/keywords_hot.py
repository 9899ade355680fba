# Calls with keywords in hot loops: any order, defaults, methods, errors, changing functions.
def plain(a, b=2, c=3, d=4):
    return a * 1000 + b * 100 + c * 10 + d


def only(a, /, b, *, c=5):
    return (a, b, c)


def before(a, b, /, c=7):
    return (a, b, c)


def star(*args, a=1, **more):
    return (args, a, sorted(more.items()))


def none():
    return "none"


class Point:
    def __init__(self, x=0, y=0):
        self.x = x
        self.y = y

    def moved(self, dx=0, dy=0):
        return Point(x=self.x + dx, y=self.y + dy)

    @classmethod
    def at(cls, x, y):
        return cls(y=y, x=x)

    @staticmethod
    def sum(a, b=10):
        return a - b


def calls(count):
    total = 0
    point = Point(x=1, y=2)
    for i in range(count):
        total += plain(i, d=1) + plain(a=i) + plain(d=i, a=1, c=i) + plain(b=i, c=2, a=3, d=4)
        total += plain(1, 2, c=i, d=i)
        point = point.moved(dy=1).moved(dx=i, dy=-1)
        point = Point.at(y=point.y, x=point.x)
        total += Point.sum(b=i, a=1) + Point.sum(a=i)
    return total, point.x, point.y


def swapping(count):
    results = []
    functions = [plain, lambda a, c=1, b=2: (a, b, c), only, before, star]
    for i in range(count):
        for function in functions:
            try:
                results.append(function(i % 3, b=i % 5, c=8))
            except TypeError as error:
                results.append(str(error))
    return results[-10:]


def wrong(count):
    results = set()
    for i in range(count):
        for call in (
            lambda: plain(1, a=2),
            lambda: plain(b=2),
            lambda: plain(1, e=2),
            lambda: none(a=1),
            lambda: before(1, b=2),
            lambda: plain(1, 2, 3, 4, d=5),
            lambda: only(1, b=2, c=3, d=4),
        ):
            try:
                results.add(call())
            except TypeError as error:
                results.add(str(error))
    return sorted(map(str, results))


def changing(count):
    results = []
    for i in range(count):
        results.append(plain(1, c=2))
        if i == count // 2:
            plain.__defaults__ = (9, 8, 7)
        if i == count * 3 // 4:
            plain.__defaults__ = (6,)
            try:
                plain(1, c=2)
            except TypeError as error:
                results.append(str(error))
            plain.__code__ = (lambda a, c, d=0: a + c + d).__code__
    return [results[0], results[count // 2], results[count // 2 + 1], results[-2:], len(results)]


def many(a, b=1, c=2, d=3, e=4, f=5, g=6, h=7, i=8, j=9, k=10, l=11, m=12, n=13, o=14, p=15, q=16):
    return a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q


print(calls(2000))
print(swapping(500))
print(wrong(200))
print(changing(1000))
print(sum(many(i, q=i, j=1) for i in range(500)))


class Bare:
    pass


class Keyed:
    def __init__(self, a, *, b=1):
        self.pair = (a, b)


class Defaulted:
    def __init__(self, a=1, b=2, c=3):
        self.all = (a, b, c)


def classes(count):
    results = set()
    for i in range(count):
        for make in (
            lambda: Point(y=i % 3).y,
            lambda: Point(1, y=5).y,
            lambda: Point(self=1),
            lambda: Point(z=1),
            lambda: Point(1, x=1),
            lambda: Bare(a=1),
            lambda: Keyed(a=1, b=i % 2).pair,
            lambda: Keyed(b=1),
            lambda: Defaulted(c=i % 2).all,
            lambda: Defaulted(5, c=1).all,
            lambda: dict(a=1)["a"],
            lambda: type(object=1),
        ):
            try:
                results.add(make())
            except TypeError as error:
                results.add(str(error))
    return sorted(map(str, results))


print(classes(300))
for _ in range(400):
    made = Defaulted(b=_, a=0) if _ > 200 else Defaulted(b=_)
    if _ == 200:
        Defaulted.__init__.__defaults__ = (7, 8)
print(made.all)
try:
    Defaulted(b=1)
except TypeError as error:
    print(error)
