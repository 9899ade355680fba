# Floating-point programs whose every digit is fixed by IEEE arithmetic: integration, Newton, matrices, sums.
def simpson(f, a, b, n):
    h = (b - a) / n
    s = f(a) + f(b)
    for i in range(1, n):
        s += f(a + i * h) * (4 if i % 2 else 2)
    return s * h / 3


print(simpson(lambda x: x * x, 0, 3, 1000), simpson(lambda x: 4 / (1 + x * x), 0.0, 1.0, 2000), simpson(lambda x: x ** 3 - x, -1, 2, 300))


def newton(x, n=40):
    g = x
    for _ in range(n):
        g = 0.5 * (g + x / g)
    return g


print([newton(v) for v in (2, 3.0, 1e10, 1e-10)], sum(newton(v, 8) for v in range(1, 500)))


def solve(a, b):
    n = len(a)
    m = [row[:] + [v] for row, v in zip(a, b)]
    for i in range(n):
        p = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[p] = m[p], m[i]
        for r in range(i + 1, n):
            f = m[r][i] / m[i][i]
            for c in range(i, n + 1):
                m[r][c] -= f * m[i][c]
    x = [0.0] * n
    for i in range(n - 1, -1, -1):
        x[i] = (m[i][n] - sum(m[i][c] * x[c] for c in range(i + 1, n))) / m[i][i]
    return x


print(solve([[2, 1, -1], [-3, -1, 2], [-2, 1, 2]], [8, -11, -3]))
n = 16
hilbert = [[1 / (i + j + 1) + (i == j) for j in range(n)] for i in range(n)]
print(solve(hilbert, [1] * n))
x, v, dt = 1.0, 0.0, 0.01
for i in range(5000):
    a = -x
    v += a * dt
    x += v * dt
print(x, v, 0.5 * v * v + 0.5 * x * x)
s = c = 0.0
plain = 0.0
for i in range(1, 5001):
    term = 1.0 / (i * i)
    y = term - c
    t = s + y
    c = (t - s) - y
    s = t
    plain += term
print(s, plain, s - plain)
logistic = 0.5
for i in range(3000):
    logistic = 3.9 * logistic * (1 - logistic)
print(logistic)
data = [((i * 7919) % 1000) / 7 - 60 for i in range(2000)]
mean = sum(data) / len(data)
var = sum((d - mean) ** 2 for d in data) / len(data)
print(mean, var, max(data), min(data), sorted(data)[1000])
grid = [0.0] * 100
grid[0], grid[99] = 100.0, -50.0
for _ in range(60):
    new = grid[:]
    for i in range(1, 99):
        new[i] = (grid[i - 1] + grid[i + 1]) / 2
    grid = new
print(grid[1], grid[50], grid[98])
e, fct = 1.0, 1
for i in range(1, 25):
    fct *= i
    e += 1 / fct
print(e, 1e308 * 10 - 1e308 * 10 != 0, 5e-324 / 2, 2.0 ** -1074 == 5e-324, 1.7976931348623157e308 + 1e291)
acc = 0.0
for i in range(4000):
    acc += (i % 7) * 0.1 if i & 1 else -(i % 5) / 3
    acc = acc if -100 < acc < 100 else acc / 2
print(acc)
