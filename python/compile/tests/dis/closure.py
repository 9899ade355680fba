def f(a):
    b = 1
    def g():
        nonlocal b
        b += a
        return [lambda: q for q in range(b)]
    return g
