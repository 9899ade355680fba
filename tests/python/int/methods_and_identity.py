# Comparison, hashing, identity by value of small ints, bool as int, int as key.
print(1 == 1.0 == True, hash(1) == hash(1.0) == hash(True), {1: "a", 1.0: "b", True: "c"})
print(0 == -0, 0 is 0 if False else True, 3 < 4.5, 10 ** 30 > 1e29, -1 < False, [1, 2] < [1, 2.5])
print(max(3, 7.5, 2), min(True, 0), sorted([3, -1, 2.5, True, 0]), sum([1, 2, 3], 10), sum([0.5, 1]))
print((0).__bool__(), bool(-1), not 0, not 5, 5 and 0, 0 or "x", (5 > 3) + (2 > 1))
print(isinstance(True, int), issubclass(bool, int), type(True), type(True + 0), type(5 // 2.0), bool.__mro__)
print((12).as_integer_ratio(), (10).__index__(), (5).__float__(), (7).is_integer(), round(12345, -2), round(15, -1), round(25, -1), round(-15, -1))
print((3).__eq__(3.0), (3).__eq__(3), (3).__lt__("a"), (3).__hash__() == hash(3), hash(-1) == hash(-2))
print(int.__doc__.splitlines()[0], int.__name__, int.__base__)


class Index:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        return self.n


print([10, 20, 30][Index(1)], "abc"[Index(-1)], range(10)[Index(3)], int(Index(9)), hex(Index(17)), [0] * Index(3), bin(Index(2)))


class Odd:
    def __index__(self):
        return "no"


try:
    [1][Odd()]
except TypeError as e:
    print(e)
try:
    (5).x = 1
except AttributeError as e:
    print(e)
try:
    int.x = 1
except TypeError as e:
    print(e)
