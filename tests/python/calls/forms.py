# Every call form: positional, keyword, defaults, keyword-only, positional-only, star and double star.
def f(a, b=2, *args, c, d=4, **kw):
    return (a, b, args, c, d, sorted(kw.items()))


print(f(1, c=3), f(1, 5, c=3), f(1, 5, 6, 7, c=3, d=8, z=9, y=0), f(c=1, a=2), f(*[1, 2, 3], c=4), f(*"ab", *"cd", c=1), f(1, **{"c": 2, "q": 3}))
print(f(*(1,), c=5, **{}), f(1, *[], c=0, **{"x": 1}, **{"y": 2}), f(*range(4), **dict(c=1, d=2)))


def p(a, b, /, c, *, d):
    return a, b, c, d


print(p(1, 2, 3, d=4), p(1, 2, c=3, d=4), p(*[1, 2], **{"c": 3, "d": 4}))


def q(a, /, **kw):
    return a, kw


print(q(1, a=2), (lambda *a, **k: (a, k))(1, 2, x=3), (lambda: 5)(), (lambda x, y=10: x + y)(1))


def defaults(x, acc=[]):
    acc.append(x)
    return acc


print(defaults(1), defaults(2), defaults(3, []), defaults.__defaults__, f.__kwdefaults__)


def order():
    log = []

    def note(x):
        log.append(x)
        return x

    f(note(1), *[note(2)], note(3), c=note(4), **{"k": note(5)})
    return log


print(order())
print(print.__name__, max(1, 2, 3), max([1, 2, 3]), max(*[4, 9]), sorted([3, 1], reverse=True), dict(a=1, **{"b": 2}), int("11", base=2))
n = 0
for i in range(2500):
    n += f(i, c=i)[0] + f(i, 1, 2, c=3, d=4)[1] + f(*(i, 1), c=2)[3] + len(q(1, z=i)[1])
print(n)
