def f(g, a, *args, k=1, **kw):
    a.m(1, x=2)
    g(*args)
    g(a, *args, k=k, **kw)
    print(g(a), end="")
    return lambda x=1: x + a
