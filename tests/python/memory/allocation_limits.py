# Requests beyond any memory are a MemoryError or an OverflowError, and the program goes on.
# oracle: 3.13
for f in [lambda: "a" * 2 ** 62, lambda: [0] * 2 ** 60, lambda: (0,) * 2 ** 60, lambda: bytes(2 ** 62), lambda: bytearray(2 ** 62), lambda: b"ab" * 2 ** 61, lambda: "a" * 2 ** 70, lambda: [0] * 2 ** 70, lambda: bytes(2 ** 70), lambda: "x".center(2 ** 62), lambda: "x".zfill(2 ** 62), lambda: "%*d" % (2 ** 40, 1), lambda: [1, 2][2 ** 70:], lambda: [1][2 ** 70], lambda: "abc"[-(2 ** 70):], lambda: range(2 ** 70)[5], lambda: list(range(2 ** 62)), lambda: "ab".ljust(2 ** 70)]:
    try:
        r = f()
        print("fine", r)
    except (MemoryError, OverflowError, IndexError, ValueError) as e:
        print(type(e).__name__, e)
x = [1]
try:
    x *= 2 ** 60
except MemoryError:
    print("still", x)
s = "ab"
try:
    s = s * 2 ** 61 + s
except MemoryError:
    print("still", s)
t = 0
for i in range(300):
    try:
        [i] * 2 ** 60
    except MemoryError:
        t += 1
print(t)
