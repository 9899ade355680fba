# Functions with many locals, parameters, constants and nested blocks: register pressure for compiler and JIT.
def many(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z):
    aa, bb, cc, dd = a + z, b * y, c - x, d + w
    for step in range(100):
        a, b, c, d = b, c, d, a + 1
        e, f, g, h = h, e, f, g - 1
        aa += a * b - c
        bb -= d
        cc ^= aa & 0xFF
        dd = aa + bb + cc - dd if step % 3 else dd + k * l - m
        n, o, p = o + 1, p + 1, n + 1
        q += r + s - t
        u, v = v, u
    return aa, bb, cc, dd, a + b + c + d, e + f + g + h, i, j, n, o, p, q, u, v


print(many(*range(26)))
args = tuple(i * i for i in range(26))
acc = 0
for rep in range(60):
    acc += sum(many(*args)) % 1000
print(acc)


def nest(n):
    t = 0
    for a in range(n):
        for b in range(2):
            for c in range(2):
                for d in range(2):
                    for e in range(2):
                        if a & 1:
                            if b:
                                while c < 1:
                                    c += 1
                                    t += 1
                            else:
                                t += 2
                        elif d:
                            try:
                                t += 10 // e
                            except ZeroDivisionError:
                                t -= 1
                        else:
                            t += a + b + c + d + e
    return t


print(nest(150))
src = "def wide(x):\n" + "".join(f"    v{i} = x + {i}\n" for i in range(300)) + "    return " + " + ".join(f"v{i}" for i in range(300)) + "\n"
ns = {}
exec(src, ns)
print(ns["wide"](1), sum(ns["wide"](i) for i in range(60)))
src = "def deep(x):\n    return " + "(" * 60 + "x" + " + 1)" * 60 + "\n"
exec(src, ns)
print(ns["deep"](5))
src = "def branches(x):\n" + "".join(f"    {'el' if i else ''}if x == {i}: return {i * i}\n" for i in range(200)) + "    else: return -1\n"
exec(src, ns)
print(sum(ns["branches"](i % 220) for i in range(2200)))
src = "big = [" + ", ".join(str(i * 3) for i in range(3000)) + "]\nd = {" + ", ".join(f"'k{i}': {i}" for i in range(600)) + "}\nt = (" + ", ".join("1.5" for _ in range(400)) + ")\ns = " + " ".join("'x'" for _ in range(300)) + "\n"
exec(src, ns)
print(len(ns["big"]), sum(ns["big"]), len(ns["d"]), ns["d"]["k599"], sum(ns["t"]), len(ns["s"]))
src = "def call(f):\n    return f(" + ", ".join(str(i) for i in range(300)) + ")\n"
exec(src, ns)
print(ns["call"](lambda *a: (len(a), sum(a))), ns["call"](max))
src = "def params(" + ", ".join(f"p{i}={i}" for i in range(260)) + "):\n    return p0 + p259\n"
exec(src, ns)
print(ns["params"](), ns["params"](5, p259=1), sum(ns["params"](i) for i in range(300)))
src = "def loops():\n" + "".join("    " * (i + 1) + f"for i{i} in range(2):\n" for i in range(15)) + "    " * 16 + "c[0] += 1\n"
exec("c = [0]\n" + src + "loops()\n", ns)
print(ns["c"])
