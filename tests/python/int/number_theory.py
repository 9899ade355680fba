# Integer algorithms: primes, modular arithmetic, Euclid, digits, roots, with numbers that grow past machine size.
def is_prime(n):
    if n < 2:
        return False
    for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


print([n for n in range(60) if is_prime(n)], is_prime(2 ** 61 - 1), is_prime(2 ** 67 - 1), is_prime(2 ** 127 - 1), sum(map(is_prime, range(3000))))


def egcd(a, b):
    x0, y0, x1, y1 = 1, 0, 0, 1
    while b:
        q = a // b
        a, b = b, a - q * b
        x0, x1 = x1, x0 - q * x1
        y0, y1 = y1, y0 - q * y1
    return a, x0, y0


g, x, y = egcd(3 ** 80, 7 ** 40 * 9)
print(g, 3 ** 80 * x + 7 ** 40 * 9 * y == g, egcd(240, 46), sum(egcd(i, 360)[0] for i in range(1, 2000)))


def isqrt(n):
    x = 1 << (n.bit_length() + 1) // 2
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y


print(isqrt(2 * 10 ** 60), all(isqrt(n) ** 2 <= n < (isqrt(n) + 1) ** 2 for n in range(1, 2000)))


def rho(n):
    x = y = 2
    d = 1
    while d == 1:
        x = (x * x + 1) % n
        y = (y * y + 1) % n
        y = (y * y + 1) % n
        a, b = abs(x - y), n
        while b:
            a, b = b, a % b
        d = a
    return d


print(rho(10967535067), rho(8051), rho(10403))
print(sum(int(c) for c in str(2 ** 3000)), sum(int(c) for c in str(3 ** 1000 // 7 ** 100)), str(7 ** 500)[-20:], len(str(9 ** 999)))


def bell(n):
    row = [1]
    for _ in range(n):
        new = [row[-1]]
        for v in row:
            new.append(new[-1] + v)
        row = new
    return row[0]


print(bell(60), [bell(k) for k in range(8)])
h = [0] * 20
for n in range(1, 3000):
    k = n
    while k % 2 == 0:
        k >>= 1
        h[n.bit_length()] += 1
    h[bin(n).count("1")] ^= n
print(h)
catalan = [1]
for n in range(120):
    catalan.append(catalan[-1] * 2 * (2 * n + 1) // (n + 2))
print(catalan[120], catalan[:10])
pi, k, q, r, t, l, n, digits = 0, 1, 1, 0, 1, 3, 3, ""
while len(digits) < 60:
    if 4 * q + r - t < n * t:
        digits += str(n)
        q, r, n = 10 * q, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
    else:
        q, r, t, k, n, l = q * k, (2 * q + r) * l, t * l, k + 1, (q * (7 * k + 2) + r * l) // (t * l), l + 2
print(digits)
