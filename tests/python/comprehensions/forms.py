# Comprehensions: nesting, conditions, scopes, walrus, unpacking, evaluation order.
print([x * x for x in range(5)], {x: x * 2 for x in "abc"}, sorted({x % 3 for x in range(10)}), list(x for x in "hi"))
print([(x, y) for x in range(3) for y in range(x)], [[j for j in range(i)] for i in range(4)], [x for x in range(20) if x % 2 if x % 3], [a + b for a, b in [(1, 2), (3, 4)]], [x for x, *_ in ["abc", "def"]])
x = "outer"
print([x for x in range(3)], x, {k: v for k, v in zip("ab", [1, 2])}, [y for y in [x]], [lambda: i for i in range(2)][0]())
print([last := i for i in range(4)], last, [z for i in range(3) if (z := i * 2)], any((w := n) > 3 for n in [1, 5, 9]), w)


def f(n):
    k = 10
    return [k + i for i in range(n)], {i: k for i in range(n)}, [[k + i + j for j in range(2)] for i in range(n)]


print(f(2))


class C:
    vals = [1, 2]
    doubled = [v * 2 for v in vals]
    try:
        bad = [v * len(vals) for v in range(2)]
    except NameError as e:
        err = str(e)


print(C.doubled, C.err)
log = []


def note(v, tag):
    log.append(tag)
    return v


d = {note(k, "k"): note(k, "v") for k in note([1, 2], "it") if note(True, "if")}
print(d, log)
try:
    [1 / v for v in [1, 0]]
except ZeroDivisionError as e:
    print(e)
try:
    [v for v in 5]
except TypeError as e:
    print(e)
try:
    v
except NameError as e:
    print(e)
print([f"{a}{b}" for a in "xy" for b in "12"], [*(i for i in range(3)), *[9]], {**{a: 1 for a in "p"}, "q": 2})
total = 0
for i in range(300):
    total += sum([j * i for j in range(10)]) + len({j % 3 for j in range(i % 7)}) + sum({j: i for j in range(5)}.values())
print(total)
big = [i * i % 1000 for i in range(3000) if i % 3]
print(len(big), sum(big), big[-1], sum(1 for b in big if b > 500), {b % 10: b for b in big}[9])
matrix = [[i * 4 + j for j in range(4)] for i in range(3)]
print([[row[i] for row in matrix] for i in range(4)], [v for row in matrix for v in row if v % 2], [(i, v) for i, row in enumerate(matrix) for v in row if v == i * 5])


def late():
    fs = [lambda: i for i in range(3)]
    return [g() for g in fs]


print(late())
