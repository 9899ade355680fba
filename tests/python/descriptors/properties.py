# Properties: getter, setter, deleter, inheritance, errors, hot loops.
class T:
    def __init__(self, c):
        self._c = c

    @property
    def c(self):
        """Degrees."""
        return self._c

    @c.setter
    def c(self, v):
        if v < -273:
            raise ValueError("too cold")
        self._c = v

    @c.deleter
    def c(self):
        self._c = 0

    @property
    def f(self):
        return self.c * 9 / 5 + 32

    broken = property()
    fails = property(lambda self: self.missing)


t = T(100)
t.c = 20
print(t.c, t.f, T.c.__doc__, type(T.c).__name__)
del t.c
print(t.c)
for stmt in ["t.f = 5", "del t.f", "t.c = -300", "t.broken", "t.fails", "T.f.fget(t)"]:
    try:
        exec(stmt)
        print("fine", stmt)
    except Exception as e:
        print(type(e).__name__, e)


class U(T):
    @T.c.getter
    def c(self):
        return "U" + str(self._c)


class V(T):
    @property
    def c(self):
        return super().c + 1


print(U(5).c, V(5).c)
u = U(1)
u.c = 8
print(u.c)
try:
    V(5).c = 1
except AttributeError as e:
    print(e)


class W:
    x = property(lambda s: s.__dict__["x"] * 2, lambda s, v: s.__dict__.__setitem__("x", v))


w = W()
w.x = 21
print(w.x, w.__dict__)


class Fallback:
    @property
    def p(self):
        raise AttributeError("inner")

    def __getattr__(self, name):
        return "fallback " + name


print(Fallback().p)
total = 0
for i in range(3000):
    t.c = i % 50
    total += t.c + t.f
    if i == 1500:
        T.f = property(lambda self: 1)
    if i == 2500:
        T.f = 2
print(total)


class K:
    @classmethod
    def make(cls):
        return cls

    @staticmethod
    def twice(x):
        return 2 * x


print(K().make() is K, K.twice(4), sum(K.twice(i) for i in range(2000)), sum(K.make() is K for i in range(2000)))
