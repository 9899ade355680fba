# Object creation: __new__, __init__, their arguments, singletons, caching, wrong results.
class Logged:
    def __new__(cls, *args, **kw):
        log.append(("new", cls.__name__, args, kw))
        return super().__new__(cls)

    def __init__(self, *args, **kw):
        log.append(("init", args, kw))


log = []
Logged(1, a=2)
print(log)


class Single:
    one = None

    def __new__(cls):
        if cls.one is None:
            cls.one = object.__new__(cls)
            cls.one.inits = 0
        return cls.one

    def __init__(self):
        self.inits += 1


print(Single() is Single(), Single().inits)


class Other:
    def __new__(cls):
        return 5

    def __init__(self):
        print("not called")


print(Other())


class BadInit:
    def __init__(self):
        return 5


class NoArgs:
    pass


class OnlyNew:
    def __new__(cls, x):
        return object.__new__(cls)


class OnlyInit:
    def __init__(self, x):
        self.x = x


for f in [lambda: BadInit(), lambda: NoArgs(1), lambda: OnlyNew(), lambda: OnlyInit(), lambda: object.__new__(), lambda: object.__new__(5), lambda: int.__new__(str), lambda: object.__new__(int), lambda: OnlyNew(1).x]:
    try:
        print(type(f()).__name__)
    except Exception as e:
        print(type(e).__name__, e)


class Pos(int):
    def __new__(cls, v):
        return super().__new__(cls, abs(v))


class Named(str):
    def __new__(cls, s, tag):
        self = super().__new__(cls, s)
        self.tag = tag
        return self


class Pair(tuple):
    def __new__(cls, a, b):
        return tuple.__new__(cls, (a, b))

    first = property(lambda self: self[0])


print(Pos(-5), Pos(-5) + 1, type(Pos(3)), Named("x", 7).tag, Named("abc", 1).upper(), Pair(1, 2), Pair(3, 4).first, len(Pair(0, 0)))


class P:
    def __init__(self, x, y=2, *rest, z=5, **kw):
        self.all = (x, y, rest, z, sorted(kw))


total = 0
for i in range(2500):
    total += P(i).all[0] + P(i, 3, 4, z=i).all[3] + OnlyInit(i).x + len(P(1, k=2).all[4]) + Pos(-i)
print(total)
