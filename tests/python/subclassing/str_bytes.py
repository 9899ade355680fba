# Subclasses of str, bytes and bytearray with attributes.
class S(str):
    def __new__(cls, value, lang="en"):
        self = super().__new__(cls, value)
        self.lang = lang
        return self

    def shout(self):
        return S(self.upper() + "!", self.lang)

    def __eq__(self, o):
        log.append("eq")
        return str.__eq__(self, o)

    __hash__ = str.__hash__

    def __getitem__(self, i):
        return "[" + super().__getitem__(i) + "]"

    def __len__(self):
        return 100


log = []
s = S("héllo", "fr")
print(s, s.lang, s.shout(), s.shout().lang, type(s + "x").__name__, type(s.upper()).__name__, s == "héllo", "héllo" == s, log, s[0], s[1:3], len(s), str.__len__(s), s.__dict__, hash(s) == hash("héllo"))
print({"héllo": 1}[s], [c for c in s], "".join([s, S("b")]), f"{s:>8}|", "%s" % s, s.split("l"), type(s.strip()).__name__, s in ["héllo"], isinstance(s, str), str(s) is s, type(str(s)).__name__, repr(s), s < "z", s.encode(), int(S("12")), "h" in s, s.find("l"), s * 2, sorted([S("b"), "a"]))
d = {S("key"): 1}
d["key"] = 2
print(d, type(list(d)[0]).__name__, getattr(s, S("lang")))


class P:
    pass


p = P()
setattr(p, S("attr"), 5)
print(p.attr, list(p.__dict__))


class B(bytes):
    name = "B"


class BA(bytearray):
    pass


b = B(b"abc")
b.note = 1
ba = BA(b"xy")
ba.note = 2
ba.append(122)
print(b, b.note, b[0], b + b"d", type(b + b"").__name__, b == b"abc", {b"abc": 1}[b], b.decode(), ba, ba.note, type(ba[:1]).__name__, bytes(b) == b, repr(b))


class Fmt(str):
    def __format__(self, spec):
        return "<" + spec + ">"

    def __str__(self):
        return "custom"

    def __add__(self, o):
        return "added"

    def __radd__(self, o):
        return "radded"

    def __mod__(self, o):
        return "modded"

    def __contains__(self, x):
        return True

    def __iter__(self):
        return iter([1, 2])


f = Fmt("raw")
print(f, f"{f:spec}", f + "x", "x" + f, f % 5, "zz" in f, list(f), "".join([f]), str(f), "%s" % f, repr(f), f.upper())
total = 0
words = [S("a"), "b", S("c", "de")]
for i in range(3000):
    w = words[i % 3]
    total += len(w) + (w == "b") + len(w + "x")
    if i % 3 == 0:
        total += len(w.lang)
    log.clear()
print(total)
