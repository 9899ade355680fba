def f(x):
    y = x + (x := 2)
    if (n := len(y)) > x > 1:
        return [n + z for z in y if (w := z)]
    return 1 < n < x
