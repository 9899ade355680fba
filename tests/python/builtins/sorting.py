# sorted and list.sort: stability, keys, reverse, user comparison, errors in the middle, many kinds.
import functools

data = [(i * 7919 % 13, i) for i in range(40)]
print(sorted(data)[:5], sorted(data, key=lambda p: p[0])[:8], sorted(data, key=lambda p: p[0], reverse=True)[:8], sorted(data, key=lambda p: (-p[0], p[1]))[:4])
print(sorted([3, 1.5, True, -2, 10 ** 20, 0.5]), sorted(["b", "B", "a", "Z", "é", "€", "aa"]), sorted([b"b", b"a"]), sorted([[2], [1, 5], [1]]), sorted([(1, "b"), (1, "a")]), sorted([False, True, False]), sorted(["10", "9"], key=int), sorted("a-c_b", key=str.isalpha))


class V:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        global compared
        compared += 1
        return self.v < o.v

    def __repr__(self):
        return f"V{self.v}"


compared = 0
vs = [V(i * 37 % 101) for i in range(100)]
vs.sort()
print(vs[:5], vs[-2:], 99 <= compared < 1000)
vs.sort(reverse=True)
print(vs[:3], sorted(vs, key=lambda v: v.v % 10)[:5])


def cmp(a, b):
    return (a > b) - (a < b) if a % 2 == b % 2 else a % 2 - b % 2


print(sorted(range(10), key=functools.cmp_to_key(cmp)), sorted(range(6), key=functools.cmp_to_key(lambda a, b: b - a)))
for bad in [[1, "a", 2], [None, None], [1j, 2j], [{}, {}], [[1], ["a"]]]:
    try:
        print(sorted(bad))
    except TypeError as e:
        print(e)
xs = [5, 3, "x", 1]
try:
    xs.sort()
except TypeError:
    print(sorted(map(str, xs)))


def failing(v):
    if v == 3:
        raise ValueError("key")
    return v


ys = [4, 3, 2, 1]
try:
    ys.sort(key=failing)
except ValueError as e:
    print(e, ys)
nan = float("nan")
print(len(sorted([3, nan, 1])), sorted([1.0, 1, True], key=type.__name__.__class__), [1, 2, 3].sort(), sorted([], key=5), sorted({3: 1, 1: 2}.items(), key=lambda kv: kv[1]))
state = 12345
big = []
for _ in range(3000):
    state = (state * 1103515245 + 12345) % 2 ** 31
    big.append(state)
s = sorted(big)
print(s[0], s[-1], s[1500], all(a <= b for a, b in zip(s, s[1:])), sorted(s, reverse=True) == s[::-1], sorted(big, key=lambda v: v % 100)[:3], sorted(map(float, big))[0], sorted(map(str, big))[:2])
for pattern in [list(range(500)), list(range(500, 0, -1)), [i % 2 for i in range(500)], list(range(250)) * 2, [0] * 500]:
    t = pattern[:]
    t.sort()
    print(t[0], t[250], t[-1], t == sorted(pattern, key=lambda v: v))
total = 0
for i in range(300):
    total += sorted([i % 7, i % 5, i % 3], key=lambda v: -v)[0]
print(total)
