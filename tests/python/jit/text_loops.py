# Loops over the characters of texts and the bytes of bytes; sums with bools; min and max of a few.
class Text(str):
    pass
class Bytes(bytes):
    pass

def count(text, wanted):
    n = 0
    for item in text:
        n += item == wanted
    return n

plain, accents, wide = "banana" * 300, "añaña" * 300, "a\u4e00a\U0001f600" * 300
for text in (plain, accents, wide, Text(plain), Text(accents), "", list(plain)):
    print(count(text, "a"), end=" ")
print()
for data in (b"banana" * 300, bytearray(b"banana" * 300), Bytes(b"banana" * 300), b"", memoryview(b"aba" * 200)):
    print(count(data, 97), end=" ")
print()
print(sum(i for i, c in enumerate(plain) if c == "n"), sum(a == b for a, b in zip(plain, plain[1:])), sum(b for b in plain.encode()))
it = iter(plain)
first = [c for c, _ in zip(it, range(5))]
print(first, next(it), len(list(it)), list(it), next(it, "end"))
it = iter(b"xyz" * 400)
total = 0
for b in it:
    total += b
    if total > 50000:
        break
print(total, next(it), it.__length_hint__())

def sums(n):
    t = s = p = 0
    for i in range(n):
        t += i % 3 == 0
        s = s - (i % 5 == 0)
        p += (i % 2 == 0) * i + True - False * i
    b = True + True, False - True, True * 7, 7 * False
    return t, s, p, b, type(b[2])
print(sums(2000))

class B(int):
    def __add__(self, other): return "B"
    def __radd__(self, other): return "rB"
def mixed(values):
    out = []
    for v in values:
        out.append(True + v)
    return out
print(mixed([1, 2.5, False, B(1), 1j, 2**70, True] * 60)[-7:])

def extremes(rows):
    low = high = 0
    for r in rows:
        low += min(*r) if len(r) < 2 else min(r[0], r[1], r[2])
        high += max(r[2], r[0], r[1], 0)
    return low, high
print(extremes([(i % 7, i % 11, i % 5) for i in range(2000)]))
print(extremes([(i % 7 + .5, i % 11, i % 5 * 1.0) for i in range(2000)]))
nan = float("nan")
def of(x, y, z):
    return min(x, y, z), max(x, y, z), min(z, y, x), max(z, y, x)
for _ in range(300):
    r = [of(nan, 1.0, 2.0), of(1.0, nan, 2.0), of(0.0, -0.0, 0.0), of(1, True, 1.0), of("b", "a", "c"), of(2**70, 1, -2**70)]
print(r)
try:
    of(1, "a", 2)
except TypeError as error:
    print(error)
