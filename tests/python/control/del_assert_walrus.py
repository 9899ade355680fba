# del of every target, assert, walrus, ellipsis, pass, semicolons, augmented assignment targets, annotations.
x = [1, 2, 3, 4]
d = {"a": 1, "b": 2}
del x[0], d["a"]
del (x[0], d["b"])
print(x, d)


class C:
    pass


c = C()
c.p = c.q = 1
del c.p
print(c.__dict__)
y = z = 1
del y, z
try:
    y
except NameError as e:
    print(e)
try:
    del never_bound
except NameError as e:
    print(e)


def local():
    a = 1
    del a
    try:
        del a
    except UnboundLocalError as e:
        return str(e)


print(local())
assert True
assert 1, "not shown"
try:
    assert [] or 0, ["any", "object"]
except AssertionError as e:
    print(e, e.args)
print((n := 10), n, [m := 1, m + 1], (k := 2) * k)
if any((hit := w) == "b" for w in "abc"):
    print(hit)
while (n := n - 3) > 0:
    print(n, end=" ")
print(..., Ellipsis is ..., type(...).__name__, [...])
a = 1; b = 2; print(a, b)
log = []


def at(tag, v):
    log.append(tag)
    return v


box = {"k": 1}
lst = [1, [2]]
at("obj", box)[at("key", "k")] += at("val", 5)
lst[1][0] *= 10
lst[1] += [3]
c.n = "s"
c.n += "t"
c.n *= 2
print(box, lst, c.n, log)
v: int = 5
w: "not evaluated" + 1
print(v, "w" in globals())
i = 7
i += 1; i -= 2; i *= 3; i //= 4; i **= 2; i %= 11; i <<= 3; i |= 1; i ^= 6; i &= 30; i >>= 1
f = 5; f /= 2
print(i, f)
t = (1,)
t += (2,)
s = {1}
s2 = s
s |= {2}
print(t, s2 is s, len(s2))
total = 0
for r in range(3000):
    q = r
    del q
    if (sq := r * r) % 2:
        total += sq
    assert total >= 0
print(total)


def typed(p: int, *r: str, k: "late" = 1) -> None:
    local_annotation: list = []
    return local_annotation


print(typed(1), sorted(typed.__annotations__))
