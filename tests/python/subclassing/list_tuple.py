# Subclasses of list and tuple with attributes and overridden methods.
class L(list):
    def __init__(self, *a, name="L"):
        super().__init__(*a)
        self.name = name

    def append(self, x):
        log.append(("append", x))
        super().append(x)

    def __getitem__(self, i):
        r = super().__getitem__(i)
        return ("item", r) if isinstance(i, int) else r

    def __len__(self):
        return super().__len__() + 1000


log = []
x = L([1, 2, 3], name="mine")
x.append(4)
x.extend([5])
x.attr = "dyn"
print(x, x.name, x.attr, x[0], x[1:3], type(x[1:3]).__name__, len(x), list.__len__(x), log, [v for v in x], x == [1, 2, 3, 4, 5], type(x + []).__name__, type(x.copy()).__name__, type(x * 2).__name__, 3 in x, x.index(3), sorted(x), repr(x), bool(L()), sum(x), [*x], x.pop())
a, b, *c = x
print(a, b, c, max(x), list(reversed(x)), x.__dict__)
x += [9]
x[0] = "set"
del x[1]
print(type(x).__name__, x, hash(x) if L.__hash__ else "unhashable", isinstance(x, list))


class Stack(list):
    push = list.append

    @property
    def top(self):
        return self[-1]

    def __iter__(self):
        return reversed(self)

    def __contains__(self, v):
        return v == "magic"


s = Stack("abc")
s.push("d")
print(s.top, list(s), [v for v in s], "magic" in s, "a" in s, tuple(s), s, "".join(s), s[0])


class T(tuple):
    def __new__(cls, *a):
        self = super().__new__(cls, a)
        self.note = "t"
        return self

    def __add__(self, o):
        return T(*(tuple(self) + tuple(o)))


t = T(1, 2)
t.more = [1]
print(t, t.note, t.more, t + (3,), type(t + (3,)).__name__, type(t[:1]).__name__, type(t * 2).__name__, t == (1, 2), hash(t) == hash((1, 2)), {(1, 2): "k"}[t], t < (1, 3), len(t), "%s-%s" % t, isinstance(t, tuple), t.__dict__)
p, q = t
try:
    t[0] = 1
except TypeError as e:
    print(e)
total = 0
data = L(range(100))
stack = Stack()
for i in range(4000):
    total += data[i % 100][1]
    stack.push(i)
    if i % 4:
        total += stack.pop() + stack.__len__()
    pair = T(i, i + 1) if i % 2 else (i, 0)
    m, n = pair
    total += m - n + len(pair)
for v in data:
    total += v
print(total, len(stack), stack.top)
