# Truth, and/or, chained comparison, ternaries, is, in, not, short circuits, conditional evaluation order.
class T:
    def __init__(self, name, truth):
        self.name, self.truth = name, truth

    def __bool__(self):
        log.append(self.name)
        return self.truth

    def __repr__(self):
        return self.name

    def __lt__(self, o):
        log.append(f"{self.name}<{o.name}")
        return self if self.truth else o


log = []
t, f = T("t", True), T("f", False)
print(t and f, f and t, t or f, f or t, not t, not f, t and t and f, f or f or t, log)
log.clear()
print(t < t < f, f < t < t, t if f else "else", log)
print((t or f) and (f or t), f or (t and f) or t)
for v in [0, 1, -1, 0.0, 0.1, "", "a", [], [0], (), (0,), {}, {0: 0}, set(), None, True, False, range(0), b"", 10 ** 20, -0.0, float("nan"), object, ..., len]:
    print(bool(v), "T" if v else "F", not v, end=" ")
print()
print(1 < 2 < 3, 1 < 3 < 2, 3 > 2 > 1 > 0, 1 == 1.0 == True, 1 < 2 > 1, 1 in [1] == True, (1 in [1]) == True, 1 is not None is not False, not 1 == 2, not (1, 2) == [1, 2])
print(None is None, [] is [], () == (), 1 if 0 else 2 if 0 else 3, (lambda: 1 if True else 2)(), "a" in "abc" in ["abc"], 5 not in [1], None == 0, None != None)


def side(v):
    log.append(v)
    return v


log.clear()
print(side(1) < side(5) < side(3) < side(9), log, side(0) and side(1), side(2) or side(3), log)
x = 5
print(x if x > 3 else -x, (x > 3) + (x > 4) + (x > 5), [1, 2][x > 3], x == 5 and "five" or "other", x and not x, -x if not x else +x)
if (y := x * 2) > 5 and (z := y + 1):
    print(y, z)
if x and (not (x - 5) or x > 100) and not None:
    print("complex")
n = 0
for i in range(4000):
    if i % 2 and i % 3 or not i % 5:
        n += 1
    if 100 < i < 3000 != i:
        n += 1 if i & 1 else 2
    n += (i and 3 or 4) if i not in (1, 2, 3) else 0
    if not (i < 10 or i > 3990) is True:
        n -= 1
    if (i if i % 4 else None) is None:
        n += 5
print(n)
