# The singletons and what cannot be done with them.
print(None, ..., NotImplemented, type(None), type(...), bool(None), bool(...), None == None, None is None, repr(None), str(...), [None], {None: 1}[None], hash(None) == hash(None), None in [None], sorted([None]), type(None)() is None, type(...)() is ..., None != 0, None == False)
for f in [lambda: None + 1, lambda: None < None, lambda: None.x, lambda: None(), lambda: None[0], lambda: len(None), lambda: iter(None), lambda: -None, lambda: None in 5, lambda: 1 in None, lambda: int(None), lambda: "a" + None, lambda: None * 2, lambda: setattr(None, "x", 1), lambda: type(None)(1), lambda: bool(NotImplemented), lambda: ... + 1, lambda: next(None), lambda: sum(None), lambda: [][None], lambda: {}.update(None) or "fine", lambda: " ".join(None), lambda: range(None), lambda: max(None), lambda: None @ 1, lambda: isinstance(1, None)]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


def nothing():
    pass


def bare():
    return


def maybe(i):
    if i % 3:
        return i


print(nothing(), bare(), maybe(3), maybe(4), (lambda: None)())
t = n = 0
for i in range(4000):
    v = maybe(i)
    if v is None:
        n += 1
    elif v is not None and v:
        t += v
    t += (v or 7) + (0 if v == None else 1)
print(t, n)
for name in ["None", "True", "False", "__debug__"]:
    try:
        compile(f"{name} = 1", "s", "exec")
    except SyntaxError as e:
        print(e.msg)
