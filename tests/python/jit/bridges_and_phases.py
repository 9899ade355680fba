# Loops whose behaviour changes over time, so that guards fail often: phases, rare paths, alternating types and shapes.
def phases(n):
    x, log = 0, []
    for i in range(n):
        if i < n // 4:
            x += 1
        elif i < n // 2:
            x += 0.5
        elif i < 3 * n // 4:
            x = str(i % 10) if not isinstance(x, str) else x[-3:] + "z"
        else:
            x = [i] if not isinstance(x, list) else x[-2:] + [i]
        if i % (n // 8) == 0:
            log.append(x)
    return log, x


print(phases(4000))


def rare(n):
    c = [0] * 6
    for i in range(n):
        if i % 2:
            c[0] += 1
        if i % 17 == 0:
            c[1] += 2
        if i % 101 == 0:
            c[2] -= i
        if i % 1009 == 0:
            c[3] = c[3] * 2 + 1
        if i == n - 1:
            c[4] = sum(c)
        try:
            if i % 333 == 0:
                raise KeyError(i)
        except KeyError as e:
            c[5] += e.args[0]
    return c


print(rare(8000))


class Shape:
    def __init__(self, i):
        if i & 1:
            self.a = 1
        if i & 2:
            self.b = 2
        if i & 4:
            self.c = 4
        self.z = i

    def total(self):
        return getattr(self, "a", 0) + getattr(self, "b", 0) + getattr(self, "c", 0) + self.z


objs = [Shape(i % 8) for i in range(64)]
print(sum(objs[i % 64].total() for i in range(6000)), sum(Shape(i).total() for i in range(3000)))


def three(i):
    return (i, float(i), "s")[i % 3]


out = {}
for i in range(6000):
    v = three(i)
    k = type(v)
    out[k.__name__] = out.get(k.__name__, 0) + (1 if k is str else v)
print(out)
state = 1
hist = [0] * 8
for i in range(8000):
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    r = state >> 16
    if r & 1:
        if r & 2:
            hist[0 if r & 4 else 1] += 1
        else:
            hist[2 if r & 8 else 3] += 2
    elif r & 16:
        hist[4] += r & 3
        if r & 32:
            continue
    else:
        for j in range(r & 3):
            hist[5] += j
            if r & 64:
                break
        else:
            hist[6] += 1
    hist[7] ^= r
print(hist)
inner = 0
for i in range(300):
    limit = 3 if i % 10 else 40
    j = 0
    while j < limit:
        j += 1
        if j == 20:
            limit = 25
        inner += j & i
print(inner)
lst = []
for i in range(5000):
    if len(lst) < 5 or i % 7 == 0:
        lst.append(i)
    elif i % 11 == 0:
        lst.clear()
    else:
        step = lst.pop() % 1000 if len(lst) > 2 and i % 3 == 0 else 1
        lst[i % len(lst)] += step
print(lst)


def early(xs, limit):
    for i, x in enumerate(xs):
        if x > limit:
            return i
    return -1


print([early(range(2500), k) for k in (10, 2000, 5000)], sum(early([1, 2, 3, 50, 4], k % 60) for k in range(2500)))
for outer in range(3):
    total = 0
    for i in range(2000):
        total += i * outer
    print(total, end=" ")
print()
