# Native functions with parameters by name, and keyword-only ones.
import math


def show(call):
    try:
        print(call())
    except Exception as e:
        print(type(e).__name__, e)


show(lambda: round(number=2.5))
show(lambda: round(number=2.567, ndigits=1))
show(lambda: round(2.567, ndigits=1))
show(lambda: round())
show(lambda: pow(base=2, exp=3))
show(lambda: pow(2, exp=3))
show(lambda: pow(base=2, exp=3, mod=5))
show(lambda: pow(2))
show(lambda: math.prod([1, 2, 3], start=2))
show(lambda: math.prod([1.5], start=2))
show(lambda: math.isclose(1, 1.1, rel_tol=0.2))
show(lambda: math.isclose(a=1, b=1.1, abs_tol=0.2))
show(lambda: math.isclose(1, 1, 0.1))
show(lambda: math.isclose(1, 1, rel_tol=-1))
show(lambda: math.nextafter(1, 2))
show(lambda: math.nextafter(1, 2, steps=3))
show(lambda: math.nextafter(1, 2, steps=-1))
