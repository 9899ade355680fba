def f(x):
    match x:
        case 1 | "a" | None: return 0
        case [a, b, *c] if a: return c
        case {"k": v, **r}: return v, r
        case P(q, z=[_, w]): return q, w
        case _: return x
