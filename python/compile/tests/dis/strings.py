def f(a, b):
    return f"{a!r:>{b}} {b=} x" + t"{a}y" + "a" "b"
