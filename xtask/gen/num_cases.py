"""Records what CPython computes, for coil/num/tests. Run with CPython 3.13 or later: python3 num_cases.py OUTDIR.

Integers are named by how to make them (see `operand`), their results by a fingerprint "bits,hash", so files stay small.
"""

import math
import random
import struct
import sys
from pathlib import Path

sys.set_int_max_str_digits(0)
out = Path(sys.argv[1])
rng = random.Random(12)


def operand(kind, bits, seed):
    """kind r: random digits; e: digits mostly 0 or all ones. The test repeats this generator."""
    state, digits = seed, []
    for _ in range((bits + 29) // 30):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        digit = state >> 34
        if kind == "e":
            pick = state >> 30 & 7
            digit = 0 if pick < 3 else 2**30 - 1 if pick < 6 else digit
        digits.append(digit)
    value = sum(d << 30 * i for i, d in enumerate(digits)) % 2**bits
    return value | 1 << bits - 1


def name(sign, kind, bits, seed):
    value = operand(kind, bits, seed)
    return f"{sign}{kind}{bits}:{seed}", -value if sign == "-" else value


def mark(value):
    return f"{value.bit_length()},{hash(value)}"


def attempt(work):
    try:
        return work()
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        return type(error).__name__


def bits_of(value):
    return struct.pack(">d", value).hex()


SIZES = [1, 2, 29, 30, 31, 53, 54, 59, 60, 61, 64, 90, 91, 119, 120, 121, 150, 180, 181, 240, 600, 1000, 1080, 2879, 2881, 6000,
         12000, 12100, 24400]
with open(out / "int_pairs.tsv", "w") as file:
    for x in SIZES:
        for y in SIZES:
            a_name, a = name(rng.choice("+-"), rng.choice("re"), x, rng.randrange(1000))
            b_name, b = name(rng.choice("+-"), rng.choice("re"), y, rng.randrange(1000))
            q, r = divmod(a, b)
            quotient = attempt(lambda: bits_of(a / b))
            marks = [mark(v) for v in (a + b, a - b, a * b, q, r, a & b, a | b, a ^ b, math.gcd(a, b))]
            print(a_name, b_name, *marks, quotient, sep="\t", file=file)

with open(out / "int_single.tsv", "w") as file:
    for bits in SIZES + [1020, 1022, 1023, 1024, 1025, 1030]:
        for _ in range(4):
            a_name, a = name(rng.choice("+-"), rng.choice("re"), bits, rng.randrange(1000))
            shift = rng.choice([0, 1, 29, 30, 31, 59, 60, 61, bits - 1, bits, bits + 1, 500])
            power = rng.randrange(0, 12)
            m_name, m = name(rng.choice("+-"), "r", rng.choice([2, 30, 59, 60, 61, 120, 400]), rng.randrange(1000))
            e = rng.choice([0, 1, 2, 3, 65537, 2**30, 2**61 + 1, -1, -5])
            row = [shift, mark(a << shift), mark(a >> shift), mark(~a), a.bit_count(), power, mark(a**power), mark(math.isqrt(abs(a))),
                   m_name, e, attempt(lambda: mark(pow(a, e, m))), attempt(lambda: bits_of(float(a)))]
            print(a_name, *row, sep="\t", file=file)


def digits_in(value, radix):
    sign, value, text = "-" if value < 0 else "", abs(value), ""
    while value:
        value, digit = divmod(value, radix)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return sign + (text or "0")


with open(out / "int_text.tsv", "w") as file:
    for bits in [1, 30, 59, 60, 61, 64, 120, 121, 600, 1081]:
        for radix in [2, 3, 7, 8, 10, 16, 32, 36]:
            a_name, a = name(rng.choice("+-"), rng.choice("re"), bits, rng.randrange(1000))
            print(a_name, radix, digits_in(a, radix), sep="\t", file=file)
    for bits in [3000, 14000, 15100]:
        a_name, a = name("-", "r", bits, bits)
        print(a_name, 10, str(a), sep="\t", file=file)

TEXTS = """0 -0 +0 00 0_0 01 1_0 1__0 _1 1_ 12 -12 +12 --1 +-1 - + 0x 0x_ 0x_1 0x1 0X1f 0xg 0o17 0o8 0O7 0b11 0b2 0B1 0x1_f 0_x1 0b 0b_1 0b1_ 1e5 1.0 z Z 10
        zz 0b1g 0o -0x10 +0b1 -0_1 0__0 0_ 00_1 0x-1 9 a A 1a ff FF _ __ 123456789012345678901234567890 -000123 000 0001 0xFFFFFFFFFFFFFFFFFFFF""".split() + [""]
with open(out / "int_parse.tsv", "w") as file:
    for text in TEXTS:
        for base in [0, 2, 3, 8, 10, 16, 36]:
            print(text, base, attempt(lambda: int(text, base)), sep="\t", file=file)

special = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.1, 0.2, 0.3, 1 / 3, 2 / 3, 1e-4, 9.9999e-5, 1e-5, 1e15, 9999999999999998.0, 1e16, 1e17, 1e22, 1e23, 123456789.0,
           12345.678, 2**53 - 1.0, 2.0**53, 2.0**63, 2.0**64, -2.0**63, 5e-324, 1e-320, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, math.pi,
           math.e, 0.125, 0.375, 2.675, 1.005, 1e100, 9.5, 99.5, 999999.5, 9999995.0, 0.00009999995, 5e15, 4503599627370496.5, math.inf, -math.inf, math.nan, 25.0, 15.0, 5.0, 4.0,
           6.0, 50.0, 51.0, 150.0, 250.0, 1e300, 5e307, 1.5e308, 0.05, 0.15, 0.25, 0.35, 1e-7]
values = special + [-v for v in special[2:40]]
for _ in range(120):
    values.append(struct.unpack(">d", struct.pack(">Q", rng.randrange(0x7FF << 52) | rng.choice([0, 1 << 63])))[0])
for _ in range(60):
    values.append(round(rng.uniform(-1e6, 1e6), rng.randrange(0, 8)))

with open(out / "float_single.tsv", "w") as file:
    for v in values:
        ratio = attempt(lambda: " ".join(mark(part) for part in v.as_integer_ratio()))
        whole = attempt(lambda: mark(int(v)))
        key = "-" if math.isnan(v) else hash(v)
        print(bits_of(v), repr(v), v.hex(), key, whole, ratio, sep="\t", file=file)

STYLES = [(a, p, t) for a in ("", "#") for p in (0, 1, 2, 3, 6, 12, 17, 20) for t in "efgEFGn"] + [("", 60, t) for t in "efg"] + \
    [(a, p, "") for a in ("", "#") for p in (0, 1, 2, 6, 16, 17, 25)] + [("", None, ""), ("#", None, "")]
with open(out / "float_format.tsv", "w") as file:
    for v in values:
        for alternate, precision, code in rng.sample(STYLES, 18):
            spec = alternate + ("" if precision is None else f".{precision}") + code
            print(bits_of(v), spec, format(v, spec), sep="\t", file=file)
    for v in (1e308, 5e-324, 0.1):
        for spec in ("#.1200g", ".1200f", ".1200e"):
            print(bits_of(v), spec, format(v, spec), sep="\t", file=file)

with open(out / "float_pairs.tsv", "w") as file:
    for _ in range(1500):
        a, b = rng.choice(values), rng.choice(values + [1.0, 2.0, -2.0, 0.5, 3.0, -3.0])
        both = attempt(lambda: " ".join(map(bits_of, divmod(a, b))))
        power = attempt(lambda: "complex" if isinstance(a**b, complex) else bits_of(a**b))
        places = rng.choice([0, 1, 2, 3, 5, 10, 15, 22, 323, 324, -1, -2, -3, -5, -15, -22, -300, -308, -309])
        print(bits_of(a), bits_of(b), both, power, places, attempt(lambda: bits_of(round(a, places))), sep="\t", file=file)

FLOATS = """1 1. .5 . 1.5 1e5 1E5 1e+5 1e-5 1e 1e+ e5 .e5 1_0 1__0 _1 1_ 1_.5 1._5 1e_5 1e5_ 1_0.5_0e1_0 inf -inf +inf INF infinity InFiNiTy nan -nan +nan NAN infi
         in na nano --1 +-1 - + 0x1 1d5 1f 1e400 -1e400 1e-400 123456789012345678901234567890 0.1e1.5 1.5.5 00.5 1e0005 2.2250738585072011e-308 1+1 1-1 _inf i_nf""".split() + [""]
HEXES = """0x1p0 0x1.8p1 1.8p1 0x.8 .8 0x8. 0x. . 0x p1 0x1p 0x1p+ 0x1p-5 0X1P5 -0x1p0 +0x1p0 0x1.fffffffffffffp1023 0x1.fffffffffffff8p1023 0x1.fffffffffffff7p1023
        0x1p1024 0x1p-1074 0x1p-1075 0x1.8p-1075 0x1.00000000000008p0 0x1.000000000000081p0 0x1.00000000000018p0 0x0p99999999999999999999 0x1p99999999999999999999
        0x1p-99999999999999999999 inf -inf nan infinity 0x1.gp0 0x1..1 0x1p1.5 1_0 abc 0xabc.defp-3 0x123456789abcdef0123456789abcdef0123456789p-100
        0x0.00000000000000000000000000000000000000000000001p200 0x1p+-1 0x0.0p0 -0x0p0""".split() + [""]
with open(out / "float_parse.tsv", "w") as file:
    for text in FLOATS:
        print("float", text, attempt(lambda: bits_of(float(text))), sep="\t", file=file)
    for text in HEXES:
        print("hex", text, attempt(lambda: bits_of(float.fromhex(text))), sep="\t", file=file)
