# Subclasses of int and float with attributes, and what operators return.
class I(int):
    tag = "class"

    def __add__(self, o):
        return I(int(self) + int(o))

    def __repr__(self):
        return f"I({int(self)})"


a = I(5)
a.extra = "attr"
print(a, a.extra, a.tag, a.__dict__, a + 1, type(a + 1).__name__, a - 1, type(a - 1).__name__, 1 + a, type(1 + a).__name__, a * 2, -a, type(-a).__name__, a == 5, hash(a) == hash(5), {5: "x"}[a], [10, 20, 30, 40, 50, 60][a], a > 4, bool(I(0)))
print(I("12"), I("ff", 16), isinstance(a, int), int(a) is a, type(int(a)).__name__, str(a), f"{a} {a:d} {a:>4}", "%d %s" % (a, a), range(a), [0] * a, a.bit_length(), a.real, type(a.real).__name__, I(3) ** 2, divmod(a, 2), round(a), abs(I(-3)), a & 4, ~a, a << 1, I(2 ** 70), type(I(2 ** 70) + 1).__name__)


class F(float):
    def __new__(cls, v, unit="m"):
        self = super().__new__(cls, v)
        self.unit = unit
        return self

    def __mul__(self, o):
        return F(float(self) * o, self.unit)

    __rmul__ = __mul__


f = F(2.5, "km")
print(f, f.unit, f * 2, (f * 2).unit, (3 * f).unit, f + 1, type(f + 1).__name__, f == 2.5, hash(f) == hash(2.5), f"{f:.3f}", int(f), -f, f.__dict__, isinstance(f, float), sorted([F(3), F(1), 2]), sum([F(1), F(2)]), f.is_integer(), float(f), type(float(f)).__name__, max(f, 3))


class B(int):
    __slots__ = ()


print(B(4) + B(5), type(B(4) + 1).__name__, hasattr(B(1), "__dict__"))


class Idx(int):
    def __index__(self):
        return 1

    def __int__(self):
        return 2

    def __eq__(self, o):
        return "eq"

    __hash__ = int.__hash__


i = Idx(0)
print([10, 20, 30][i], int(i), i == 0, 0 == i, i + 0, i != 0)
total = 0
x = I(0)
for k in range(3000):
    x = x + k
    total += x.real % 7 + (a if k % 2 else 1) + B(k)
    if k == 1500:
        x = int(x)
    if k == 1600:
        x = I(x)
        x.note = k
print(total, x, type(x).__name__, x == sum(range(3000)))
n = F(0.5)
for k in range(2500):
    n = n * 1.001 if k % 100 else F(n + 1, "cm")
print(f"{n:.6f}", n.unit)
