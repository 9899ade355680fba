def f(n):
    s = 0
    for i in range(n):
        if i % 3 == 0 or i > 10 and not s:
            s += i
        elif i is None:
            break
    else:
        s = -s
    while s > 0:
        s -= 1
        if s in (1, 2):
            continue
    return s
