# range: as a sequence, at its borders, in hot loops of several steps.
print(range(5), range(1, 10, 3), list(range(5)), list(range(2, 8)), list(range(10, 0, -3)), list(range(0)), list(range(5, 1)), list(range(1, 5, -1)))
r = range(3, 40, 4)
print(len(r), r[0], r[-1], r[2:5], r[::-1], r[::2], 7 in r, 8 in r, 7.0 in r, "a" in r, r.index(11), r.count(11), r.count(12), r.start, r.stop, r.step)
print(range(0) == range(5, 5), range(0, 3, 2) == range(0, 4, 2), hash(range(3)) == hash(range(0, 3, 1)), range(3) == [0, 1, 2], bool(range(0)), bool(range(1)), list(reversed(range(4))), reversed(range(0, 10, 3)).__next__())
big = range(10 ** 20, 10 ** 20 + 10, 3)
print(list(big), len(big), big[-1], 10 ** 20 + 3 in big, sum(range(10 ** 18, 10 ** 18 + 3)), max(range(5)), range(-(2 ** 63), 2 ** 63)[0])
for f in [lambda: range(), lambda: range(1.5), lambda: range(1, 2, 0), lambda: range("a"), lambda: r[100], lambda: r.index(4), lambda: range(1, 2, 3, 4), lambda: len(range(10 ** 30))]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
try:
    r[0] = 1
except TypeError as e:
    print(e)
total = 0
for i in range(3000):
    total += i
for i in range(3000, 0, -1):
    total ^= i
for i in range(-1000, 5000, 7):
    total -= i
print(total, i)
for i in range(2 ** 48 - 3, 2 ** 48 + 3):
    print(i, end=" ")
for i in range(2 ** 63 - 2, 2 ** 63 + 2):
    print(i, end=" ")
print()
for i in range(5):
    i += 10
print(i)
for i in range(0):
    pass
else:
    print("else", i)
n = 4
for i in range(n):
    n = 100
print(i, n)
hits = 0
for a in range(60):
    for b in range(a, 60):
        if (a + b) % 7 == 0:
            hits += 1
print(hits)
