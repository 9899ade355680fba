# A loop that starts with integers and goes on with floats has a version of its own for those, into which the bridge leads.


def weighted(values, weights):
    # expect-trace: version weighted: no new, no box_float, no call_*, float_mul == 1, float_add == 1, ends jump
    total = 0
    for at, value in enumerate(values):
        total += value * weights[at]
    return total


def alternating(n):
    kinds = [1, 2.5, True, 10**20, "x"]
    log = []
    for turn in range(n):
        what = kinds[turn // 400 % 5]
        total = what
        for _ in range(3):
            total = total + what
            what = what * 1
        if turn % 100 == 0:
            log.append(total)
    return log


class Meters:
    def __init__(self, n):
        self.n = n

    def __add__(self, other):
        return Meters(self.n + other.n)


def summed(items, start):
    for item in items:
        start = start + item
    return start


ints = list(range(300))
floats = [n / 4 for n in ints]
for _ in range(5):
    print(weighted(ints, ints))
for _ in range(20):
    print(weighted(floats, ints), weighted(ints, floats), weighted(floats, floats))
print(weighted(ints, ints), weighted([0.5] * 9 + ints, ints + ints), weighted(ints + [0.5], ints + [2]))
try:
    print(weighted(ints + ["a"], ints + [None]))
except TypeError as error:
    print(error)
print(alternating(9000))
for _ in range(3):
    print(summed(ints, 0), summed(floats, 0), summed(ints, 0.5), summed(["a", "b"] * 200, "")[:7])
    print(summed([Meters(n) for n in ints], Meters(1)).n, summed([[n] for n in ints], [])[-2:])
    print(summed([(n,) for n in ints] * 2, ())[-2:], summed(ints + floats + ints, 0), summed([2**40] * 600, 0))
