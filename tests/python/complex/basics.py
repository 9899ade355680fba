# Complex numbers.
z = 3 + 4j
print(z, z.real, z.imag, abs(z), z.conjugate(), -z, +z, z + 1, 1.5 - z, z * 2, z * z, z / 2, z / (1 + 1j), z ** 2, z == 3 + 4j, z != 3, (3 + 0j) == 3, hash(3 + 0j) == hash(3), bool(0j), bool(z))
print(complex(), complex(1), complex(1, 2), complex("1+2j"), complex("-1.5j"), complex(" 3 "), complex("inf"), 1j * 1j, 0j, -0j, 1e100j, complex(-0.0, -0.0), complex(1.5, float("nan")), repr(1 - 1j), str(2j), f"{z:.1f} {z:>12}|{z!r}", "%s" % z, [1j], complex(2 + 3j))
print(1j ** 2, (1 + 2j) ** 3, (1 + 2j) ** 0, 2 ** (1 + 0j), (4 + 0j) ** 0.5, sum([1j, 2, 3.5]), {1 + 0j: "a"}[1], isinstance(1j, complex), type(1j + 1).__name__, z.__class__, complex.from_number(5) if hasattr(complex, "from_number") else (5 + 0j))
for f in [lambda: z < 1, lambda: z // 1, lambda: z % 1, lambda: int(z), lambda: float(z), lambda: z / 0, lambda: complex("x"), lambda: complex("1+"), lambda: complex([]), lambda: complex("1", 2), lambda: divmod(z, 1), lambda: round(z), lambda: max(z, 1), lambda: z << 1, lambda: 0j ** -1, lambda: [1][1j], lambda: z.real(), lambda: format(z, "d")]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


def mandel(cx, cy, limit):
    z, c = 0j, complex(cx, cy)
    for i in range(limit):
        z = z * z + c
        if abs(z) > 2:
            return i
    return limit


print("".join(" .:-=+*#%@"[mandel(x / 20 - 2, y / 8 - 1, 9)] for y in range(0, 17, 4) for x in range(60)))
w = 0j
for i in range(3000):
    w += complex(i % 3, -1) * 0.5
print(w)
