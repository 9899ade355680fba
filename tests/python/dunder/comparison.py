# Rich comparison of user classes: reflected, NotImplemented, identity fallback, hash.
class V:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        return self.v == o.v if isinstance(o, V) else NotImplemented

    def __lt__(self, o):
        log.append("lt")
        return self.v < o.v if isinstance(o, V) else NotImplemented

    def __le__(self, o):
        log.append("le")
        return self.v <= o.v

    def __hash__(self):
        return hash(self.v)

    def __repr__(self):
        return f"V{self.v}"


log = []
a, b, c = V(1), V(2), V(1)
print(a == c, a != c, a == b, a != b, a == 1, a != 1, a < b, a > b, a <= b, a >= b, log)
print(sorted([b, a, c]), max(a, b), min([b, a]), {a, c, b} == {V(1), V(2)}, {a: "x"}[c], a in [c], [b, a].index(c), (a, b) < (c, V(3)))
for f in [lambda: a < 1, lambda: 1 > a, lambda: a > 1, lambda: object() < object(), lambda: a < None, lambda: [a] < [5]]:
    try:
        print(f())
    except TypeError as e:
        print(e)


class NoHash:
    def __eq__(self, o):
        return True


print(NoHash() == 5, 5 == NoHash(), NoHash() != 5, NoHash.__hash__)
try:
    {NoHash()}
except TypeError as e:
    print(e)


class Odd:
    def __eq__(self, o):
        return "truthy"

    def __ne__(self, o):
        return []

    def __lt__(self, o):
        return 0

    def __bool__(self):
        return False


print(Odd() == 1, Odd() != 1, Odd() < 1, not Odd() == 1, 1 == Odd(), 1 > Odd(), Odd() in [1], bool(Odd()), 3 if Odd() else 4)


class Base:
    def __lt__(self, o):
        return "Base.lt"

    def __gt__(self, o):
        return "Base.gt"


class Derived(Base):
    def __gt__(self, o):
        return "Derived.gt"


print(Base() < Derived(), Base() < Base(), Derived() < Base(), Derived() > Base())


class Wrong:
    def __eq__(self, o):
        raise ValueError("eq")

    def __bool__(self):
        return "no"

    def __hash__(self):
        return "no"


for f in [lambda: Wrong() == 1, lambda: 1 in [Wrong()], lambda: bool(Wrong()), lambda: hash(Wrong()), lambda: not Wrong()]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
n = 0
vs = [V(i) for i in range(10)]
for i in range(3000):
    x, y = vs[i % 10], vs[i * 7 % 10]
    n += (x < y) + 2 * (x == y) + 3 * (x <= y) + (x is y)
    log.clear()
print(n)
