# Calls with a tuple of arguments and calls of bound methods in hot loops: what fits, what does not, and what changes meanwhile.
def plain(a, b):
    return a * 10 + b


def defaults(a, b=2, c=3):
    return a, b, c


def rest(a, *more):
    return a, more


def named(a, *, b=5):
    return a, b


def generate(a, b):
    yield a
    yield b


class Point:
    def __init__(self, x, y=7):
        self.x = x
        self.y = y

    def moved(self, dx, dy=1, *rest):
        return self.x + dx, self.y + dy, rest

    def simple(self, dx):
        return self.x + dx

    def __call__(self, dx, dy=2):
        return self.x + dx * dy

    @classmethod
    def made(cls, *args):
        return cls(*args)

    @staticmethod
    def still(a, b):
        return b, a


def spread(function, args):
    return function(*args)


def attempt(function, args):
    try:
        result = spread(function, args)
    except (TypeError, AttributeError) as error:
        return str(error)
    if isinstance(result, Point):
        return result.x, result.y
    return list(result) if hasattr(result, "__next__") else result


point = Point(100)
FUNCTIONS = [plain, defaults, rest, named, generate, Point, point.moved, point.simple, point, Point.made, Point.still, Point.moved]
ARGUMENTS = [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [1, 2], "ab", (point, 1, 2), tuple(range(20))]
for _ in range(3):
    for function in FUNCTIONS:
        for args in ARGUMENTS:
            # What would print an address is left out.
            if isinstance(args, tuple) and point in args and function is not Point.moved:
                continue
            print(getattr(function, "__name__", "instance"), attempt(function, args))


def loop(function, args, turns):
    total = 0
    for turn in range(turns):
        total += function(*args)
        if turn == turns // 2 and function is plain:
            plain.__code__ = (lambda a, b: a + b).__code__
    return total


print(loop(point.simple, (5,), 300), loop(point, (5,), 300), loop(point, (5, 6), 300), loop(plain, (3, 4), 300))


# Methods bound beforehand, with defaults and more.
def bound(method, turns):
    out = None
    for turn in range(turns):
        out = method(turn), method(turn, 2), method(turn, 2, 3, 4), method(dx=turn)
    return out


def bound_errors(method):
    out = []
    for call in (lambda: method(), lambda: method(1, dx=2), lambda: method(1, nothing=2)):
        try:
            out.append(call())
        except TypeError as error:
            out.append(str(error))
    return out


print(bound(point.moved, 200))
for _ in range(10):
    errors = bound_errors(point.moved)
print(errors)


def called(instance, turns):
    total = 0
    for turn in range(turns):
        total += instance(turn) + instance(turn, 3)
    return total


print(called(point, 200))
for _ in range(10):
    try:
        point()
    except TypeError as error:
        message = str(error)
print(message)


def deep(level, *rest):
    if level:
        return deep(*(level - 1, level, *rest[:2]))
    return rest


print([deep(number) for number in (1, 3, 50)])
