# A loop over floats: they stay in registers from one turn to the next.


def integral(n):
    # expect-trace: loop integral: no new, no box_*, no unbox_*, no call_*, no store_item, float_mul >= 1, ends jump
    step = 1.0 / n
    area = 0.0
    for i in range(n):
        x = (i + 0.5) * step
        area += x * x
    return area * step


def newton(x, n):
    # expect-trace: loop newton: no new, no box_*, no unbox_*, no call_*, no load*, no store*, ends jump
    guess = x
    while n > 0:
        guess = (guess + x / guess) / 2.0
        n -= 1
    return guess


print(round(integral(20000), 6))
print(newton(2.0, 5000))
