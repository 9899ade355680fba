# Objects made in hot loops: initialised by functions with loops of their own, by object's, by containers'.
from abc import ABC, abstractmethod


class Base:
    def __init__(self):
        super().__init__()
        self.base = 1


class Summed(Base):
    def __init__(self, count):
        super(Summed, self).__init__()
        self.total = 0
        for i in range(count):
            self.total += i
        if count == 777:
            return 5
        if count == 778:
            self.total = "x" + self.total


class Rebound:
    def __init__(self, count):
        self.count = count
        while count > 0:
            count -= 1
        self = None


class Items(list):
    pass


class Named(dict):
    kind = "named"


class Marks(set):
    def __init__(self, *items):
        super().__init__(items)


class Counted(list):
    made = 0

    def __init__(self):
        super().__init__()
        Counted.made += 1


class Odd(list):
    def __new__(cls):
        return 7


class Abstract(list, ABC):
    @abstractmethod
    def method(self): ...


def make(count):
    total = 0
    for i in range(count):
        made = Summed(i % 5)
        total += made.total + made.base
        total += Rebound(i % 3).count
    return total


def fill(count):
    all = []
    for i in range(count):
        items = Items()
        items.append(i)
        items.extra = i
        named = Named()
        named[i] = items
        marks = Marks(i, i + 1)
        plain, empty, nothing = list(), dict(), set()
        plain.append(len(marks))
        empty[i] = 1
        nothing.add(i)
        all.append((items.extra, len(items), named.kind, len(named), plain, len(empty), len(nothing)))
        Counted()
        if Odd() != 7:
            print("odd")
    return all


print(make(3000))
print(fill(1000)[-1], Counted.made)


def wrong(counts):
    kept = "kept"
    for count in counts:
        try:
            kept = Summed(count)
        except TypeError as error:
            print(type(kept).__name__, getattr(kept, "total", None), error)


wrong([3] * 400 + [777, 2] + [4] * 400 + [778] + [1] * 300 + [777])

for function in (
    lambda: object.__init__(Base(), 1),
    lambda: super(Base, Base()).__init__(1),
    lambda: object.__init__(),
    lambda: object.__init__(5),
    lambda: list.__init__([1], 2),
    lambda: super(Items, Items()).__init__(3),
    lambda: Abstract(),
    lambda: Items(1),
    lambda: Items((1, 2), (3,)),
    lambda: Named([(1, 2)]),
    lambda: list(()),
):
    for _ in range(300):
        try:
            result = function()
        except TypeError as error:
            result = error
    print(result)


class Late(list):
    pass


def late(count):
    made = None
    for i in range(count):
        made = Late()
        if i == count // 2:
            Late.__init__ = lambda self: self.append(i)
    return made


print(late(600))
