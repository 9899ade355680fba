# Integers to text and back, in bases, with format specifications, and the limit on digits.
for n in [0, 7, -7, 255, -256, 10 ** 20, -(2 ** 70)]:
    print(n, repr(n), str(n), bin(n), oct(n), hex(n), f"{n:x} {n:#X} {n:o} {n:b} {n:,} {n:_} {n:_x}")
    print(f"[{n:5}] [{n:<8}] [{n:^9}] [{n:>+8}] [{n:08}] [{n: d}] [{n:#010x}] [{n:*^12,}] [{n:e}] [{n:.2f}] [{n:g}] [{n:=+10}]")
print(int("123"), int("  -12  "), int("+7"), int("٣٤"), int(b"99"), int("0o17", 8), int("11", 2), int("  0b11 ", 0))
print(f"{True}", f"{True:d}", f"{True:5}", f"{65:c}", format(10, "n"), "%d %i %u %x %X %o" % (1, 2, 3, 255, 255, 8))
print("%5d|%-5d|%05d|%+d|% d|%#x|%#o|%.3d" % (42, 42, 42, 42, 42, 42, 42, 42), "%d" % 3.99, "%d" % 10 ** 30)
for spec in ["s", "q", ".2d", ",x", "+c"]:
    try:
        print(format(5, spec))
    except ValueError as e:
        print(spec, e)
for base in [1, 37, -2]:
    try:
        int("1", base)
    except ValueError as e:
        print(base, e)
try:
    int(5, 2)
except TypeError as e:
    print(e)
try:
    str(10 ** 5000)
except ValueError as e:
    print(e)
try:
    int("1" * 5000)
except ValueError as e:
    print(e)
print(len(hex(10 ** 5000)), len("%x" % 16 ** 4999))
