# enumerate, zip, map, filter, reversed, iter, next, sum, min, max, any, all, sorted.
print(list(enumerate("ab")), list(enumerate("ab", 5)), list(zip([1, 2, 3], "ab")), list(zip()), list(zip("ab", strict=True)), list(map(lambda a, b: a + b, [1, 2], [10, 20, 30])), list(filter(None, [0, 1, "", "a"])), list(filter(lambda v: v > 1, [1, 2, 3])), list(reversed([1, 2])), list(reversed("ab")))
print(sum([]), sum([1, 2.5]), sum([[1], [2]], []), sum(range(10), 100), min(3, 1), max("abc"), min([5], default=0), max([], default="none"), max([1, -5], key=abs), min("bb", "a", key=len), max(1, 1.0), min(1.0, 1), any([]), all([]), any([0, 1]), all([1, 0]), any(v > 2 for v in range(5)))
it = iter([1, 2])
print(next(it), next(it), next(it, "d"), list(iter(lambda c=iter("abx"): next(c), "x")), sorted([3, 1, 2]), sorted("hello", reverse=True), sorted({"b": 1, "a": 2}), sorted([1, 2, 3], key=lambda v: -v))
z = zip(iter([1, 2, 3, 4]), repeat := iter("xyz"))
print(next(z), list(z), list(repeat))
shared = iter(range(6))
print(list(zip(shared, shared)), list(map(str, range(3))), [*map(None.__eq__, [None])], dict(zip("ab", range(2))), dict(map(lambda p: (p, p * 2), "xy")), type(map(int, "1")).__name__)
for f in [lambda: next(iter([])), lambda: sum(["a"]), lambda: sum("ab", ""), lambda: min([]), lambda: max(), lambda: min(1), lambda: list(zip("ab", "c", strict=True)), lambda: list(zip("a", "bc", strict=True)), lambda: max(1, "a"), lambda: list(map(5, [1])), lambda: enumerate(), lambda: reversed({1}), lambda: list(map(lambda a: a, [1], [2])), lambda: sorted([1, "a"]), lambda: sorted(5), lambda: iter(1, 2), lambda: zip(5), lambda: map(), lambda: min([1], [2], default=3), lambda: filter(None)]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
total = 0
for i, (a, b) in enumerate(zip(range(3000), range(3000, 0, -1))):
    total += i * a - b
for v in map(lambda q: q * 2, filter(lambda q: q % 3, range(4000))):
    total += v
for v in reversed(range(2500)):
    total ^= v
print(total, sum(map(len, ["ab"] * 2500)), max(map(abs, range(-3000, 100))), any(v == 2999 for v in range(3000)), all(v < 3000 for v in range(3000)), sum(v for v in range(3000) if v & 1), len(list(filter(None, [i % 2 for i in range(3000)]))), min((i * 7919) % 3001 for i in range(1, 3000)), sorted(((i * 31) % 97 for i in range(200)), key=lambda v: (v % 10, v))[:8])
