"""Operators that classes define in Python, in loops that get compiled: results, refusals, reflections, errors, changes of the classes."""
class V:
    def __init__(self, x): self.x = x
    def __add__(self, o):
        if isinstance(o, V): return V(self.x + o.x)
        if isinstance(o, int): return V(self.x + o)
        return NotImplemented
    def __radd__(self, o): return V(o * 100 + self.x)
    def __mul__(self, o): return NotImplemented
    def __sub__(self, o): return self.x - (o.x if isinstance(o, V) else o)
    def __isub__(self, o): self.x -= o; return self
    def __eq__(self, o): return isinstance(o, V) and self.x == o.x
    def __lt__(self, o): return self.x < o.x if isinstance(o, V) else NotImplemented
    def __le__(self, o): return [] if self.x > 5 else ['yes']
    def __hash__(self): return self.x
    def __getitem__(self, i):
        if i > 90: raise IndexError(i)
        return self.x * i
    def __setitem__(self, i, v): self.x = i + v
    def __contains__(self, i): return i if i % 3 else 0
    def __repr__(self): return f'V({self.x})'
class W:
    def __init__(self, x): self.x = x
    def __radd__(self, o): return ('W.radd', o.x)
    def __rmul__(self, o): return ('W.rmul', o.x)
    def __gt__(self, o): return 'W.gt'
    def __eq__(self, o): return NotImplemented
class S(V):
    def __radd__(self, o): return ('S.radd', o.x)
    def __gt__(self, o): return 'S.gt'
def run(n):
    v, w, s, out = V(1), W(2), S(3), []
    for i in range(n):
        a = v + v; b = v + i; c = v + w; d = v + s; e = s + v; f = 2 + v
        out.append((a.x, b.x, c, d, e.x, f.x))
        t = V(i); t -= 1; t[i] = 5
        out.append((t.x, t[2], t - v, t - 1, i in t, i not in t))
        out.append((v == V(1), v == w, v != w, v < s, v < w, w == w, w == v))
        x = 0
        if v == V(i % 2): x += 1
        if V(i) < V(3): x += 2
        if V(i) < w: x += 4
        if V(i % 10) <= w: x += 8
        if not V(i) == V(i): x += 16
        while V(x) <= v and x < 40: x += 7
        out.append(x)
        try: v * 2
        except TypeError as error: out.append(str(error))
        try: out.append(v * w)
        except TypeError as error: out.append(str(error))
        try: out.append(v + 'a')
        except TypeError as error: out.append(str(error))
        try: out.append(v[i])
        except IndexError as error: out.append(repr(error))
        try: v *= 2
        except TypeError as error: out.append(str(error))
        try: w < 3
        except TypeError as error: out.append(str(error))
    return out
out = run(100)
print(out[:10]); print(out[-10:]); print(len(out), hash(str(out)) == hash(str(run(100))))
def total(items):
    acc = V(0)
    for item in items: acc = acc + item
    return acc
print(total([V(i) for i in range(200)]), total([1] * 150 + [V(3)]))
class Matrix:
    def __init__(self, n): self.n = n; self.rows = [0] * (n * n)
    def __getitem__(self, at): return self.rows[at[0] * self.n + at[1]]
    def __setitem__(self, at, value): self.rows[at[0] * self.n + at[1]] = value
def fill(n):
    m = Matrix(n)
    for i in range(n):
        for j in range(n): m[i, j] = i * j + m[j, i]
    return m.rows
print(fill(12))
# classes that change in the loop
class C:
    def __add__(self, o): return 'first'
    def __getitem__(self, i): return i
def change(n):
    c, r = C(), []
    for i in range(n):
        if i == n // 2: C.__add__ = lambda self, o: 'second'
        if i == n - 20: C.__iadd__ = lambda self, o: 'in place'
        if i == n - 10: del C.__add__; C.__radd__ = lambda self, o: 'reflected'
        try:
            x = c + 1
        except TypeError as error: x = str(error)
        y = c
        try: y += 1
        except TypeError as error: y = str(error)
        r.append((x, y, 1 + c if i >= n - 10 else None))
    return r[0], r[n // 2], r[n - 20], r[-1], len(set(r))
print(change(400))
# exceptions and tracebacks through operators
class E:
    def __add__(self, o): raise KeyError(o)
    def __eq__(self, o): raise ValueError('eq')
    def __contains__(self, o): raise ValueError('in')
    def __setitem__(self, i, o): raise ValueError('set')
def errors(n):
    e, r = E(), []
    for i in range(n):
        for k in range(5):
            try:
                if k == 0: e + i
                elif k == 1: r.append(e == i)
                elif k == 2:
                    if e == i: pass
                elif k == 3: i in e
                else: e[i] = 1
            except (KeyError, ValueError) as error:
                tb, names = error.__traceback__, []
                while tb: names.append((tb.tb_frame.f_code.co_name, tb.tb_lineno)); tb = tb.tb_next
                r.append((k, str(error), names))
    return r
r = errors(60)
print(r[:5]); print(r[-5:])
# generators as operators' methods, defaults, other callables
class G:
    def __getitem__(self, i): yield i
    def __add__(self, o, z=3): return z
    __sub__ = len
    __mul__ = staticmethod(lambda o: ('static', o))
    def __len__(self): return 7
def odd(n):
    g, r = G(), []
    for i in range(n):
        r.append((list(g[i]), g + 1, g * 2))
        try: g - 1
        except TypeError as error: r.append(str(error))
    return r[-2:]
print(odd(100))
