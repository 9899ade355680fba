def f(a, b, x):
    a, b = b, a + b
    c, *d = x
    x[0], x.y = c, d
    x[a] += 1
    x.y *= b
    x[1:2] = d
    del x[0], x.y, a
    (c, d) = e = x
    return a
