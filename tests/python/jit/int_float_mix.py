# Hot loops in which a variable is now an int, now a float, now a bool.
def alternating(n):
    v = 0
    for i in range(n):
        v = v + 1 if i % 2 else v + 0.5
        if i % 100 == 99:
            v = int(v)
    return v, type(v).__name__


def switch(n, at):
    s = 0
    for i in range(n):
        if i == at:
            s = float(s)
        s += i
    return s


def param(a, b):
    return a * b + a - b


def poly(n):
    args = [(1, 2), (1.5, 2), (1, 2.5), (True, 3), (2 ** 70, 1), (1.0, 2.0)]
    t = 0
    for i in range(n):
        a, b = args[i % len(args)]
        r = param(a, b)
        t += r if r < 100 else 1
    return t


def compare(n):
    c = 0
    xs = [0, 0.0, -0.0, 1, 1.0, True, 2.5, float("nan"), float("inf"), 2 ** 60, 2.0 ** 60]
    for i in range(n):
        a, b = xs[i % 11], xs[i * 3 % 11]
        c += (a < b) + 2 * (a == b) + 4 * (a >= b) + 8 * (a != b) + 16 * (a is xs[i % 11])
    return c


print(alternating(5000), switch(4000, 2000), switch(4000, 3999), switch(4000, 0), poly(6000), compare(6600))
x = 0
for i in range(3000):
    x = x / 2 + i
    if i % 1000 == 0:
        x = int(x) // 3
print(x)
z = 0.0
for i in range(3000):
    z = -z if i % 3 else z * -1
    if i == 2500:
        z = 0
print(z, str(z))
total = 0
for i in range(4000):
    q = i / 4
    total += int(q) if q.is_integer() else q
    total -= i // 4.0 if i % 2 else i // 4
    total += i % 2.5 + (-i) % 3
print(total)
acc = 1
for i in range(1, 3000):
    acc = acc * 1.01 if acc < 1e6 else acc // 1000
    acc += i % 2 == 0
print(acc)
m = [0] * 10
for i in range(3000):
    m[i % 10] += 0.25 if i % 7 == 0 else 1
print(m)
e = 0
for i in range(2500):
    e += 2 ** (i % 10) + 2.0 ** (i % 5) + 2 ** -(i % 3)
print(e)
r = 0
for i in range(-1500, 1500):
    r += round(i / 4) + int(i / 3) + abs(i * 0.5) + divmod(i, 7)[1] + max(i, 0.5) - min(i, 1.5)
print(r)
