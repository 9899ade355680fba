# Each call form in a hot loop of its own, the callee changing its signature midway.
def pos(a, b):
    return a - b


def dflt(a, b=10, c=100):
    return a + b + c


def kwonly(a, *, k, j=2):
    return a * k + j


def star(*args):
    return len(args) + sum(args)


def kw(**kwargs):
    return len(kwargs) + kwargs.get("a", 0)


def both(a, *args, k=1, **rest):
    return a + len(args) + k + len(rest)


t = 0
for i in range(2500):
    t += pos(i, 1) + pos(b=i, a=1) + pos(i, b=2)
for i in range(2500):
    t += dflt(i) + dflt(i, 1) + dflt(i, c=5) + dflt(i, 1, 2)
for i in range(2500):
    t += kwonly(i, k=2) + kwonly(i, j=1, k=3)
for i in range(2500):
    t += star() + star(i) + star(i, i) + star(*[i, 1, 2]) + star(i, *(1, 2), 3)
for i in range(2500):
    t += kw() + kw(a=i) + kw(a=1, b=i) + kw(**{"a": i}) + kw(c=1, **{"d": 2})
for i in range(2500):
    t += both(i) + both(i, 1, 2) + both(i, k=5) + both(i, 1, k=2, z=3) + both(*(i, 1), **{"k": 2, "q": 3})
print(t)
d = {"k": 3}
args = (1, 2)
for i in range(3000):
    t += both(*args, **d)
    if i == 1000:
        args = (1, 2, 3)
    if i == 2000:
        d["extra"] = 1
print(t)
f = pos
for i in range(4000):
    if i == 1000:
        f = dflt
    elif i == 2000:
        f = lambda a, b: a * b
    elif i == 3000:
        f = max
    t += f(i, 3)
print(t)
err = 0
for i in range(3000):
    try:
        pos(i) if i % 3 == 0 else pos(i, 1, c=2) if i % 3 == 1 else kwonly(i)
    except TypeError as e:
        err += len(str(e))
print(err)


def outer(*args, **kwargs):
    return inner(*args, **kwargs)


def inner(a, b=2, *rest, c=3, **others):
    return a + b + len(rest) + c + len(others)


for i in range(2500):
    t += outer(i) + outer(i, 5) + outer(i, c=7) + outer(i, 1, 2, 3, x=4)
print(t)


class M:
    def m(self, a, b=1, *args, k=0, **kw):
        return a + b + len(args) + k + len(kw)

    def __call__(self, *a, **k):
        return self.m(*a, **k)


m = M()
g = m.m
for i in range(2500):
    t += m.m(i) + g(i, 2) + m(i, 2, 3, k=4, z=5) + M.m(m, i, k=1) + m.m(*[i, i])
print(t)
defaults = [lambda x, n=n: x * n for n in range(5)]
print(sum(defaults[i % 5](i) for i in range(2500)), list(map(pos, [5, 6], [1, 2])), (lambda *a, **k: (a, k))(*"ab", **{"z": 1}))
