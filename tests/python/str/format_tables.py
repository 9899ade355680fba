# Text layout with many small formatting operations, checked by joining the lines.
rows = [("apple", 3, 1.5), ("kiwi", 12, 0.25), ("watermelon", 1, 12.0), ("é€𝄞", 100, 1 / 3)]
for name, n, p in rows:
    print(f"|{name:<12}|{n:>5d}|{p:>10.3f}|{n * p:^12,.2f}|{n / 7:8.1%}|{name[:3]!r:>7}|")
    print("|%-12s|%5d|%10.3f|%12.2e|%-8s|" % (name, n, p, n * p, name.upper()[:4]))
    print("|{0:<12}|{1:>5}|{2:010.3f}|{1:#06x}|{1:b}|".format(name, n, p))
print("+".join("-" * w for w in (12, 5, 10)), "=" * 20, "ab".center(11, "*"), "x".rjust(4, "."), "y".ljust(4, "_"), "7".zfill(4), sep="\n")


def wrap(text, width):
    lines, cur = [], ""
    for w in text.split():
        if len(cur) + len(w) + bool(cur) > width:
            lines.append(cur)
            cur = w
        else:
            cur = cur + " " + w if cur else w
    return lines + [cur]


text = "the quick brown fox jumps over the lazy dog " * 5
for line in wrap(text, 30)[:4]:
    print(line.ljust(30, ".") + "|", line.rjust(31), line.center(32).rstrip() + "|", sep="\n")
print(len(wrap(text * 40, 22)), max(map(len, wrap(text * 40, 22))))


def roman(n):
    out = ""
    for v, s in [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]:
        while n >= v:
            out += s
            n -= v
    return out


print([roman(n) for n in (4, 9, 14, 1994, 3999)], sum(len(roman(n)) for n in range(1, 1500)))


def base(n, b):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    s = ""
    while n:
        n, r = divmod(n, b)
        s = digits[r] + s
    return s or "0"


print([base(10 ** 12, b) for b in (2, 3, 16, 36)], all(int(base(n, 7), 7) == n for n in range(1500)))
table = [[f"{i * j:4}" for j in range(1, 11)] for i in range(1, 11)]
print("\n".join("".join(r) for r in table[6:8]), sum(len(c.strip()) for r in table for c in r))
print("%s|%5s|%-5s|%.2s" % ("é€", "é€", "é€", "é€𝄞"), "{:>4}|{:^5}|{:<3.1}".format("é", "€", "𝄞x"), f"{'𝄞':*^5}", "é".rjust(3, "€"))
