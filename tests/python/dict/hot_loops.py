# Dict lookups, stores, growth and deletion in hot loops; keys of several kinds.
counts = {}
for i in range(5000):
    k = i * i % 101
    counts[k] = counts.get(k, 0) + 1
print(len(counts), sum(counts.values()), counts[4], list(counts)[:6])
words = ["alpha", "beta", "gamma", "delta"]
table = {w: 0 for w in words}
for i in range(4000):
    table[words[i & 3]] += i
print(table)
d = {}
for i in range(3000):
    d[i] = i
    if i >= 50:
        del d[i - 50]
print(len(d), list(d)[:3], list(d)[-1])
total = 0
for i in range(3000):
    if i in d:
        total += d[i]
    else:
        total -= 1
print(total)
memo = {}


def fib(n):
    if n in memo:
        return memo[n]
    memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)
    return memo[n]


print(fib(120), len(memo))
missing = 0
for i in range(3000):
    try:
        d[i % 3000]
    except KeyError as e:
        missing += e.args[0] % 3
print(missing)
mixed = {}
for i in range(3000):
    key = i % 10 if i % 3 == 0 else str(i % 10) if i % 3 == 1 else float(i % 10)
    mixed[key] = mixed.get(key, 0) + 1
print(len(mixed), mixed)
acc = 0
for rep in range(60):
    for k, v in counts.items():
        acc += k * v
    for k in counts:
        acc -= k
    for v in counts.values():
        acc += v
print(acc)
nested = {}
for i in range(3000):
    nested.setdefault(i % 7, {}).setdefault(i % 5, []).append(i)
print(len(nested), sum(len(v) for inner in nested.values() for v in inner.values()), nested[3][2][:4])
