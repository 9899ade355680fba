# List indexing, storing and slicing in hot loops, kinds of elements mixing on the way.
n = 3000
sieve = [True] * n
for i in range(2, n):
    if sieve[i]:
        for j in range(i * i, n, i):
            sieve[j] = False
primes = [i for i in range(2, n) if sieve[i]]
print(len(primes), primes[-3:], sum(primes))
grid = [[0] * 20 for _ in range(20)]
for step in range(4000):
    r, c = step % 20, step * 7 % 20
    grid[r][c] += step
    grid[-r - 1][c - 20] -= 1
print([sum(row) for row in grid])
mixed = list(range(100))
acc = 0
for step in range(5000):
    i = step % 100
    v = mixed[i]
    acc += v
    if step == 2500:
        mixed[50] = 0.5
    if step == 3500:
        mixed[51] = 2 ** 70
    if step == 4500:
        mixed[52] = True
print(acc)
try:
    for step in range(5000):
        if step == 4000:
            mixed[10] = "text"
        acc = acc + mixed[step % 100]
except TypeError as e:
    print(step, e)
try:
    for step in range(5000):
        acc = mixed[step]
except IndexError as e:
    print(step, e)
matrix = [[(i * j) % 10 for j in range(12)] for i in range(12)]
product = [[0] * 12 for _ in range(12)]
for i in range(12):
    for j in range(12):
        s = 0
        for k in range(12):
            s += matrix[i][k] * matrix[k][j]
        product[i][j] = s
print(product[3], product[11])
window = list(range(50))
total = 0
for i in range(2500):
    window = window[1:] + [window[0] + 1]
    total += window[5] + sum(window[::10])
print(window[:5], total)
a, b = 0, len(primes) - 1
swaps = primes[:]
while a < b:
    swaps[a], swaps[b] = swaps[b], swaps[a]
    a, b = a + 1, b - 1
print(swaps == primes[::-1])
