# Strings whose characters need one, two and four bytes, in every operation that mixes them.
parts = ["abc", "añb", "a€c", "a𝄞d", "", "\ud800", "\x00", "ÿ", "Ā", "\uffff", "\U00010000", "\U0010ffff"]
for p in parts:
    print(ascii(p), len(p), ascii(p.upper()), ascii(p[::-1]), p.isascii(), ascii(p * 2), ascii(p[1:2]), [ord(c) for c in p])
print(len({a + b for a in parts for b in parts}), sum(a in b for a in parts for b in parts), sum(a < b for a in parts for b in parts), [ascii(s) for s in sorted(parts)])
big = "".join(parts)
print(len(big), [big.find(p) for p in parts if p], [big.index(c) for c in "a€𝄞"], big.count("a"), ascii(big.replace("a", "€")), ascii(big.replace("𝄞", "")), len(big.split("a")), ascii(big.translate({ord("a"): "𝄞", ord("€"): None})))
for p in parts:
    for enc in ["utf-8", "utf-16-le", "latin-1", "ascii", "utf-32-be"]:
        try:
            b = p.encode(enc)
            print(enc, b.hex(), ascii(b.decode(enc)) == ascii(p), end="; ")
        except UnicodeEncodeError as e:
            print(enc, e.reason, e.start, end="; ")
    print()
print("ǅ".lower(), "ǅ".upper(), "ß".title(), "İ".lower().encode(), "ﬁ".upper(), "Σας ΣΑΣ".lower(), "ŉ".upper(), "ⅷ".upper(), "中文".isalpha(), "١٢".isdigit(), int("١٢"), "\u00a0\u2003\u3000".isspace(), "e\u0301" == "é", len("e\u0301"), "𝒳".isidentifier(), "Ω".casefold(), "ſ".upper(), "K".lower() == "k")
t = 0
s = ""
for i in range(2500):
    c = parts[i % len(parts)]
    s = (s + c)[-20:]
    t += len(s) + (c in s) + s.count("a") + (s > c) + hash(s) * 0
print(t, ascii(s))
words = {}
for i in range(2500):
    k = chr(97 + i % 5) + chr(0x100 + i % 3) * (i % 2)
    words[k] = words.get(k, 0) + i
print(sorted((ascii(k), v) for k, v in words.items()))
for bad in [b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xff", b"a\x80b", b"\xf0\x9f\x98", b"\xe2\x28\xa1"]:
    try:
        bad.decode("utf-8")
    except UnicodeDecodeError as e:
        print(e)
    print(ascii(bad.decode("utf-8", "replace")), ascii(bad.decode("utf-8", "ignore")), ascii(bad.decode("utf-8", "surrogateescape")))
