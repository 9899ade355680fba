# Tuples: literals, indexing, immutability, comparison, hashing, methods.
t = (1, "a", 2.5)
print(t, len(t), t[0], t[-1], t[1:], t[::-1], (), (1,), ((),), t + (4,), t * 2, 1 in t, "b" in t)
a, b, c = t
print(a, b, c, t.index("a"), t.count(1), tuple("abc"), tuple([1, 2]), tuple(), tuple(i * i for i in range(4)))
print((1, 2) == (1, 2), (1, 2) < (1, 3), (1,) < (1, 0), () < (0,), (1, 2) == [1, 2], (1, (2, 3)) < (1, (2, 4)))
print(hash((1, 2)) == hash((1, 2)), hash((1.0, True)) == hash((1, 1)), {(1, 2): "x"}[1, 2], {(1, (2, "a")): 1}[(1, (2, "a"))])
x = 1, 2
y = *x, 3, *"ab"
print(x, y, (x), (x,), type((1)), repr((1,)), str((1, "x")), ("a" "b",))
n = ([],)
n[0].append(5)
print(n)
try:
    n[0] += [6]
except TypeError as e:
    print(e, n)
for f in [lambda: t[3], lambda: t["a"], lambda: (1,) + [2], lambda: hash(([],)), lambda: (1, 2).index(3), lambda: (1,) < ("a",), lambda: t.append(1), lambda: tuple(5), lambda: (1, 2) * 1.5]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
for stmt in ["t[0] = 1", "del t[0]", "a, b = t", "a, b, c, d = t", "a, b = 5", "a, *b, c = (1,)"]:
    try:
        exec(stmt)
    except Exception as e:
        print(stmt, type(e).__name__, e)
e = t * 0
print(e is (), t * 1 == t, t[:] == t, sum([(1,), (2, 3)], ()), max((1, 5), (2, 0)), sorted([(2, "b"), (1, "z"), (2, "a")]))
total = 0
p = (0, 1)
for i in range(2500):
    u, v = p
    p = (v, (u + v) % 1000)
    total += p[0] + len(p)
print(total, p)
counts = {}
for i in range(2500):
    key = (i % 7, i % 3, "k")
    counts[key] = counts.get(key, 0) + 1
print(sorted(counts.items())[:4], len(counts))
