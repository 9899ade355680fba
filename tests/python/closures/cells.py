# Closures: shared cells, loops, nonlocal, late binding, deletion.
def counter():
    n = 0

    def up(by=1):
        nonlocal n
        n += by
        return n

    def get():
        return n
    return up, get


up, get = counter()
up2, get2 = counter()
for i in range(2000):
    up()
up2(5)
print(get(), get2(), up.__closure__[0].cell_contents, up.__code__.co_freevars)
late = [lambda: i for i in range(3)]
early = [lambda i=i: i for i in range(3)]
print([f() for f in late], [f() for f in early])


def make(n):
    def add(x):
        def inner(y):
            return n + x + y
        return inner
    return add


print(make(1)(2)(3), [make(i)(j)(0) for i in range(2) for j in range(2)])


def deleted():
    x = 1

    def read():
        return x
    del x
    try:
        return read()
    except NameError as e:
        return type(e).__name__, str(e)


def unset():
    def read():
        return later
    try:
        read()
    except NameError as e:
        print(type(e).__name__, e)
    later = 5
    return read()


print(deleted(), unset())


def param(a, b):
    def swap():
        nonlocal a, b
        a, b = b, a
    swap()
    return a, b


print(param(1, 2))

x = "global"


class Scope:
    x = "class"

    def m(self):
        return x

    y = [x for _ in range(2)]


print(Scope().m(), Scope.y)


def acc():
    items = []
    return lambda v: items.append(v) or items


a = acc()
print(a(1), a(2), acc()(3))
total = 0
fs = [(lambda k: lambda v: v * k)(k) for k in range(5)]
for i in range(3000):
    total += fs[i % 5](i)
print(total)
