# super(): in methods, classmethods, properties, nested functions, with explicit arguments, and when it cannot work.
class A:
    name = "A"

    def __init__(self):
        self.log = ["A"]

    @classmethod
    def make(cls):
        return ("A.make", cls.__name__)

    @property
    def prop(self):
        return "A.prop"

    @staticmethod
    def stat():
        return "A.stat"

    def __getitem__(self, i):
        return i * 2

    def __len__(self):
        return 4


class B(A):
    name = "B"

    def __init__(self):
        super().__init__()
        self.log.append("B")

    @classmethod
    def make(cls):
        return ("B.make",) + super().make()

    @property
    def prop(self):
        return "B." + super().prop

    @staticmethod
    def stat():
        return "B" + super(B, B).stat()

    def __getitem__(self, i):
        return super().__getitem__(i) + 1

    def names(self):
        return super().name, super(B, self).name, self.name

    def nested(self):
        def inner():
            return super(B, self).name

        return inner(), [super(B, self).name for _ in range(2)]

    def comp(self):
        return [len(super().__repr__()) > 0 for _ in range(1)]


class C(B):
    def __init__(self):
        super().__init__()
        self.log.append("C")

    def length(self):
        return super().__len__()


c = C()
print(c.log, C.make(), c.prop, C.stat(), c[5], c.names(), c.nested(), c.length(), c.comp())
s = super(B, c)
print(s.name, s.__thisclass__ is B, s.__self__ is c, s.__self_class__ is C, hasattr(s, "nope"))
for f in [lambda: super(B, c).nope, lambda: super(B, 5), lambda: super(5), lambda: super().x, lambda: super(C, A())]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)


def plain():
    return super().x


try:
    plain()
except RuntimeError as e:
    print(e)


class Cell:
    def who(self):
        return __class__.__name__


class Sub(Cell):
    pass


print(Sub().who())
n = 0
for i in range(3000):
    n += c[i] + len(c.names()) + len(C.make())
    if i == 1500:
        A.__getitem__ = lambda self, i: 1
print(n)
for i in range(300):
    n += len(C().log)
print(n)
