def g(x):
    y = yield 1
    z = yield from x
    return (a for a in y for b in [a] if b)
