# __slots__: storage, errors, inheritance, with __dict__, in hot loops.
class P:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


p = P(1, 2)
p.x += 10
print(p.x, p.y, P.x.__get__(p), type(P.x).__name__, P.__slots__, hasattr(p, "__dict__"))
for stmt in ["p.z = 1", "p.__dict__", "del p.z", "P.x.__get__(5)", "P.x.__set__(p, 7); print(p.x)", "del p.x; p.x"]:
    try:
        exec(stmt)
    except Exception as e:
        print(type(e).__name__, e)
print(hasattr(p, "x"))
p.x = 5
print(p.x)


class Q(P):
    __slots__ = ("z",)


class R(P):
    pass


class S:
    __slots__ = "single"


class D:
    __slots__ = ("a", "__dict__")


q = Q(1, 2)
q.z = 3
r = R(1, 2)
r.w = 9
d = D()
d.a, d.b = 1, 2
s = S()
s.single = 5
print(q.x, q.z, r.w, r.__dict__, d.__dict__, d.a, s.single)
try:
    q.w = 1
except AttributeError as e:
    print(e)
try:
    class Bad:
        __slots__ = ("v",)
        v = 5
except ValueError as e:
    print(e)
try:
    class Bad2:
        __slots__ = ("1x",)
except TypeError as e:
    print(e)
try:
    class Bad3(int):
        __slots__ = ("x",)
except TypeError as e:
    print(e)
try:
    class Two(Q, S):
        pass
except TypeError as e:
    print(e)
try:
    P(1, 2).nope
except AttributeError as e:
    print(e)


class M:
    __slots__ = ("__private", "pub")

    def __init__(self):
        self.__private = 4

    def get(self):
        return self.__private


print(M().get(), M._M__private.__get__(M()))
a = P(0, 1)
total = 0.0
for i in range(4000):
    a.x = a.x + a.y
    a.y = i * 0.5 if i > 2000 else i
    total += a.x
    if i == 3000:
        a.x = 2 ** 60
print(a.x, a.y, total)
