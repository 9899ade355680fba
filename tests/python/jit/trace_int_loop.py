# A loop over integers: nothing is allocated, boxed, loaded or called.


def total(n):
    # expect-trace: loop total: no new, no box_*, no call_*, no load*, no store*, ops <= 9, ends jump
    s = 0
    i = 0
    while i < n:
        s += i & 7
        i += 1
    return s


def countdown(n):
    # expect-trace: loop countdown: no new, no box_*, no call_*, no load*, no store*, ends jump
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


print(total(100000))
print(sum(countdown(n) for n in range(1, 2000)))
