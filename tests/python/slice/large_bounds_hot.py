"""Bounds that compiled code computes and that fit no inline int."""
def f(n):
    out = []
    items = [1, 2, 3]
    big = 2 ** 40
    for i in range(n):
        b = big * (i + 1000)
        out.append((len(items[b:]), len(items[:b]), len(items[-b:]), len(items[b::1]), len(items[:-b])))
    return out[0], out[-1], all(x == out[0] for x in out)
print(f(300))
def g(n):
    s = set()
    t = set()
    for i in range(n):
        s.add(2 ** 40 * (i + 1000))
        t |= {x * 2 ** 40 for x in (i, i + 1000, 'a' and i)}
    return len(s), len(t), 2 ** 40 * 1000 in s, {float(x) for x in s} == s
print(g(300))
class K:
    def __init__(self, n): self.n = n
    def __hash__(self): return self.n
    def __eq__(self, other): return isinstance(other, K) or self.n == other
def h(n):
    r = []
    for i in range(n):
        s = {x for x in [1, 2, K(3), 3, 'x', True, 1.0, 2.0, K(2)]}
        r.append(len(s))
        r.append(len({x for x in [K(3), 3, 4]}))
        r.append(len({x for x in [5, 'a', 5, 'a', None, 5.0]}))
    return r[0], r[1], r[2], len(set(r))
print(h(300))
print(tuple(x for x in range(5)), (*[x for x in 'abc'],), (*[1, 2],))
