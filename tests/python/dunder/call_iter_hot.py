"""Instances called and iterated over in loops that get compiled."""
class Adder:
    def __init__(self, n): self.n = n
    def __call__(self, x): return self.n + x
class Loose:
    def __call__(self, x, y=2, *rest): return (x, y, rest)
class Static:
    __call__ = staticmethod(lambda x: ('static', x))
class Bad:
    def __call__(self, x): raise ValueError(x)
class Walk:
    def __init__(self, n): self.n = n
    def __iter__(self):
        for i in range(self.n): yield i * 2
class NoIter:
    def __iter__(self): return 5
class Own:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n == 0: raise StopIteration
        self.n -= 1
        return self.n
def calls(n):
    add, loose, static, bad, out = Adder(3), Loose(), Static(), Bad(), []
    for i in range(n):
        out.append((add(i), loose(i), loose(i, 1, 4), static(i)))
        try: bad(i)
        except ValueError as error: out.append((str(error), error.__traceback__.tb_next.tb_lineno))
        try: add()
        except TypeError as error: out.append(str(error))
        try: add(1, 2)
        except TypeError as error: out.append(str(error))
    return out
out = calls(100)
print(out[:4], out[-4:])
def loops(n):
    total, out = 0, []
    for i in range(n):
        for x in Walk(i % 7): total += x
        total += sum(Walk(3)) + len(list(Walk(2)))
        for x in Own(i % 3): total += x
        a, *b = Walk(4)
        total += a + len(b) + max(Walk(5))
        try:
            for x in NoIter(): pass
        except TypeError as error: out.append(str(error))
        if i == n // 2: Walk.__iter__ = lambda self: iter([100])
        if i >= n // 2 and i < n // 2 + 2: out.append([x for x in Walk(1)])
        if i == n - 9:
            del Walk.__iter__
            Walk.__getitem__ = lambda self, at: [7, 8][at]
    return total, out[0], out[-3:], len(out)
try: print(loops(200))
except ValueError as error: print(error)
