# sum() of generators is what sum() of lists is, floats with their errors kept.
def g(*xs):
    for x in xs: yield x
class I(int): pass
class F(float): pass
from itertools import chain
nan, inf = float("nan"), float("inf")
cases = [(0.1,)*10, (1, 0.1, 0.2, 0.3), (1e100, 1.0, -1e100), (True, 0.5, True, 1e16, 1.0, -1e16), (0.5, 2**70, 0.25), (2**70, 0.5, 1), (0.1, 0.2, 1j, 0.3), (0.1, I(3), 0.2), (0.1, F(3.5), 0.2, 1e16, 1.0),
 (inf, 1.0, 2.0), (inf, -inf), (nan, 1.0), (1e308, 1e308, -1e308), (-0.0,), (-0.0, -0.0), (0.0, -0.0), (0.1, "a"), (0.1, None), (0.5, 2**63, 1), (0.5, 2**63-1, 1, -2**63, -2**63-1), (), (1.5,), (2**62, 2**62, 0.5), (1e16, 1, 1, 1, -1e16), (1e16, True, 1.0, -1e16, 2**64)]
for c in cases:
    for _ in range(4):
        try: r = repr(sum(g(*c)))
        except TypeError as e: r = str(e)
        try: s = repr(sum(list(c)))
        except TypeError as e: s = str(e)
    print(r, s, r == s)
t = 0
for k in range(60): t += sum(x * 0.1 for x in range(100))
print(t, sum((x / 7 for x in range(1000)), 0.5), sum(x / 7 for x in range(3000)))
