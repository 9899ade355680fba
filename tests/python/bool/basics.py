# bool: arithmetic, text, in containers, subclassing forbidden, comparisons, operators that stay bool.
print(True, False, repr(True), str(False), int(True), float(True), True + 1, True * 3.5, -True, ~False, True / 2, True // 1, True ** 2, type(True & False), type(True | 1), type(True ^ True), type(+True), True << 3)
print(True == 1, True is True, False == 0.0, True > False, True != 1, {True: "t", 1: "one"}, [10, 20][True], "ab" * True, sum([True] * 5), max(True, 0), hash(True) == 1, True in [1], sorted([True, False, 0.5]), bool("False"), bool(()), bool([0]), bool(0.0), bool(None))
print(f"{True} {True:d} {False:>6} {True:05} {True!r}", "%s %d %r" % (True, True, False), format(True, ""), str(True).lower(), isinstance(True, int), issubclass(bool, int), bool.__bases__, True.real, True.bit_length(), (True).__and__(False), True.__add__(True))
try:
    class X(bool):
        pass
except TypeError as e:
    print(e)
for f in [lambda: bool(1, 2), lambda: True + "a", lambda: True < "a", lambda: bool(x=1)]:
    try:
        print(f())
    except TypeError as e:
        print(e)
t = 0
flag = False
for i in range(4000):
    flag = not flag
    t += flag
    ok = i % 3 == 0 and flag
    t += ok * 10 + (ok is True) + (ok is False) * 2
    both = flag & (i % 2 == 0) | (i % 5 == 0) ^ flag
    t += both
    if both is flag:
        t += 1
print(t, type(both).__name__)
