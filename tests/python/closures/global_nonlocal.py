# global and nonlocal declarations, unbound locals, names deleted, class bodies, exec with dictionaries.
x = 10


def read():
    return x


def write():
    global x, fresh
    x = x + 1
    fresh = "made"


def unbound():
    print(x)
    x = 5


write()
print(x, fresh, read())
try:
    unbound()
except UnboundLocalError as e:
    print(e)


def conditional(flag):
    if flag:
        v = 1
    return v


print(conditional(True))
try:
    conditional(False)
except UnboundLocalError as e:
    print(type(e).__mro__[1].__name__, e)
del fresh
try:
    fresh
except NameError as e:
    print(e, e.name)


def outer():
    v = "outer"

    def middle():
        def inner():
            nonlocal v
            v = "changed"
        inner()
        return v
    return middle(), v


print(outer())


def loop_var():
    for k in range(3):
        pass
    try:
        raise ValueError("gone")
    except ValueError as err:
        pass
    try:
        err
    except UnboundLocalError as e:
        return k, str(e)


print(loop_var())
ns = {"a": 5}
exec("b = a * 2\ndef f(): return a + b", ns)
print(ns["b"], ns["f"](), eval("a + b", ns), eval("[a for _ in range(2)]", ns), sorted(k for k in ns if k[0] != "_"))
print(eval("x + y", {"x": 1}, {"y": 2}), sorted(globals().keys() & {"x", "read", "ns"}))


def locs(a):
    b = a + 1
    return sorted(locals().items())


print(locs(1))


def change():
    total = 0
    for i in range(3000):
        global x
        x = i
        total += read()
    return total


print(change(), x)
for bad in ["def f():\n x = 1\n global x", "nonlocal q", "def f():\n nonlocal q", "def f(a):\n global a"]:
    try:
        compile(bad, "bad", "exec")
    except SyntaxError as e:
        print(e.msg, e.lineno)
