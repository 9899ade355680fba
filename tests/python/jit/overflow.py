# Integer loops that leave machine integers on the way: sums, products, shifts, negation, and back again.
def product(n):
    p = 1
    trail = []
    for i in range(1, n):
        p *= i
        if i % 100 == 0:
            trail.append(p % 1000003)
        if i % 25 == 0:
            p = p % 10 ** 9 + 1
    return p, trail


def summing(start, step, n):
    s = start
    for _ in range(n):
        s += step
    return s


def powers():
    out = []
    v = 1
    for i in range(2200):
        v = v * 3
        if v > 2 ** 100:
            v >>= 90
        if i % 200 == 0:
            out.append(v)
    return out


def shifts():
    x, t = 1, 0
    for i in range(3000):
        x = x << 1
        t ^= x & 0xFFFF
        if x >= 1 << 70:
            x = i | 1
    return x, t


def down(n):
    v = 2 ** 63 + 500
    big = 0
    for i in range(n):
        v -= 1
        if v > 2 ** 63 - 1:
            big += 1
    return v, big


def fib(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


print(product(2500), summing(2 ** 47, 2 ** 40, 3000), summing(-(2 ** 48) + 1000, -1, 3000), summing(2 ** 62, 2 ** 52, 5000), summing(-(2 ** 63) + 1000, -1, 3000), powers(), shifts(), down(2500), fib(2000) % 10 ** 30, sep="\n")
for edge in [2 ** 31, 2 ** 47, 2 ** 48, 2 ** 52, 2 ** 62, 2 ** 63]:
    for sign in [1, -1]:
        v = sign * edge - 1200 * sign
        seen = 0
        for i in range(2500):
            v += sign
            seen ^= v & 0xFF
            if abs(v) >= edge:
                seen += 1
        print(v, seen, end=" ")
print()
m = 3037000490
acc = 0
for i in range(2500):
    q = (m + i) * (m - i)
    acc += q // (m + i) - (m - i) + q % (m - i)
    acc ^= -q >> 60
print(acc, q)
n, steps = 837799, 0
while n != 1:
    n = 3 * n + 1 if n & 1 else n >> 1
    steps += 1
print(steps)
h = 14695981039346656037
for i in range(3000):
    h = (h ^ (i & 0xFF)) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
print(h)
x = 1
for i in range(2500):
    x = (x * 6364136223846793005 + 1442695040888963407) % 2 ** 64
    if i % 2:
        x = -x
    x = abs(x)
print(x)
for i in range(2048):
    w = -i * 2 ** 52
    w = -w
    if w // 2 ** 52 != i or w % 2 ** 52 or abs(w) != w:
        print("wrong", i)
