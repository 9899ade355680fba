# Integers of any size: results around the borders of 31, 32, 48, 49, 62, 63 and 64 bits, and far beyond.
for bits in [30, 31, 32, 47, 48, 49, 52, 53, 62, 63, 64, 65, 128]:
    for d in [-1, 0, 1]:
        n = 2 ** bits + d
        print(bits, d, n, -n, n + n, n - 1 - n, n * n, -n // 3, -n % 3, n // -7, n % -7, n >> 5, -n >> 5, n << 2)
        print(n & 0xFFFF, n | -n, n ^ (n >> 1), ~n, hex(n), n.bit_length(), (n + 1 == n), n == float(n), n < float(n))
print(3 ** 200 // 7 ** 50, 3 ** 200 % 7 ** 50, divmod(-3 ** 100, 10 ** 20))
print(-(2 ** 63) // -1, abs(-(2 ** 63)), -(-(2 ** 63)), (2 ** 63) * -1, 2 ** 63 - 2 ** 63)
f = 1
for i in range(1, 61):
    f *= i
print(f, f // (2 ** 56), str(f)[::-1], int(str(f)) == f)
for i in range(60, 0, -1):
    f //= i
print(f, type(f))
a, b = 0, 1
for _ in range(300):
    a, b = b, a + b
print(a, a % 997, a // 10 ** 50)
print(10 ** 30 / 10 ** 28, 2 ** 1000 / 2 ** 999, (10 ** 400) // (10 ** 399), int(1e22), int(-1.5e300) % 1000)
print(pow(2, 10 ** 3, 10 ** 9 + 7), pow(10 ** 20, 5), (1 << 200) >> 199, 1 << 100 == 2 ** 100)
print(int.from_bytes(b"\x01\x02\x03", "big"), int.from_bytes(b"\xff\xfe", "little", signed=True), (2 ** 70).to_bytes(9, "big"))
print((-1).to_bytes(4, "little", signed=True), (1000).to_bytes(2), int.from_bytes(bytes(12)))
try:
    10 ** 400 / 3
except OverflowError as e:
    print(e)
try:
    float(10 ** 400)
except OverflowError as e:
    print(e)
try:
    (300).to_bytes(1)
except OverflowError as e:
    print(e)
