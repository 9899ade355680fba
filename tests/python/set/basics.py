# Sets and frozensets, printed in sorted order.
s = {3, 1, 2, 3}
print(sorted(s), len(s), 1 in s, 9 in s, set(), {1}, frozenset(), frozenset([1]), set("aab") == {"a", "b"})
s.add(4)
s.add(4)
s.discard(99)
s.remove(1)
print(sorted(s), sorted(s | {10}), sorted(s & {2, 3}), sorted(s - {2}), sorted(s ^ {2, 50}), s.isdisjoint({7}), {2} <= s, s >= {2, 3}, s < s, s == {2, 3, 4})
print(sorted(s.union([7], (8,))), sorted(s.intersection([2, 9])), sorted(s.difference([2])), sorted(s.symmetric_difference([2, 9])), s.issubset(range(10)), s.issuperset([2]))
t = s.copy()
t |= {100}
t &= {100, 2, 3}
t -= {3}
t ^= {2, 5}
print(sorted(t), sorted(s))
t.update([1], "a")
t.intersection_update([1, 100])
t.difference_update([100])
t.symmetric_difference_update([7])
print(sorted(t), t.pop() in (1, 7), len(t), t.clear(), t)
f = frozenset([1, 2])
print(f | {3} == frozenset([1, 2, 3]), type(f | {3}), type({3} | f), hash(f) == hash(frozenset([2, 1])), {f: "x"}[frozenset([2, 1])], f == {1, 2}, {1, True, 1.0})
for g in [lambda: s.remove(99), lambda: set().pop(), lambda: {[]}, lambda: {1} | [1], lambda: s < [1], lambda: f.add(1), lambda: set(5), lambda: hash(s), lambda: s[0], lambda: {1} + {2}, lambda: [] in s]:
    try:
        print(g())
    except Exception as e:
        print(type(e).__name__, e)
seen = set()
dups = 0
for i in range(4000):
    k = i * 37 % 1009
    if k in seen:
        dups += 1
    else:
        seen.add(k)
print(len(seen), dups)
for i in range(2000):
    seen.discard(i)
print(len(seen), sum({i % 50 for i in range(2500)}), len({(i % 3, i % 4) for i in range(100)}))
