import array
from array import array as A

def attempt(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)

print(array.typecodes, array.ArrayType is A, A)
for code in "bBhHiIqQfd":
    a = A(code, [1, 2, 3])
    print(a, a.typecode, a.itemsize, len(a), a[0], a[-1], type(a[0]).__name__, a.tobytes().hex())
    for value in (-1, 127, 128, 255, 256, -129, 2**15, 2**16, -2**15 - 1, 2**31, -2**31 - 1, 2**32, 2**63, -2**63 - 1, 2**64, 2**2000, 1.5, "x", None, True):
        # A C long has 32 bits where expectations are recorded.
        if code in "bBhHiI" and isinstance(value, int) and 2**31 <= abs(value) <= 2**63:
            continue
        def put():
            a[1] = value
            return code, value if value != 2**2000 else "big", a[1]
        attempt(put)
for code in "lL":
    a = A(code, [1, 2, 3])
    print(a)
    for value in (-1, 2**64, 1.5, "x"):
        def put():
            a[1] = value
            return a[1]
        attempt(put)
w = A("w", "añ\U0001f600")
print(w, w[2], w.tounicode(), len(w), w.itemsize)
attempt(lambda: w.append("ab"))
attempt(lambda: w.append(3))
attempt(lambda: w.fromunicode("xy") or w)
attempt(lambda: w.append("z") or w)
attempt(lambda: w.tolist())
attempt(lambda: A("i", "ab"))
attempt(lambda: A("i", [1]).tounicode())
attempt(lambda: A("i").fromunicode("a"))
attempt(lambda: w.fromunicode(3))
attempt(lambda: A("b", b"\xff\x01"))
attempt(lambda: A("h", b"\xff\x01"))
attempt(lambda: A("h", b"\xff\x01\x02"))
attempt(lambda: A("h", bytearray(b"\xff\x01")))
attempt(lambda: A("x"))
attempt(lambda: A("ii"))
attempt(lambda: A(3))
attempt(lambda: A())
attempt(lambda: A("i", 3))
attempt(lambda: A("i", [1], 3))
attempt(lambda: A("i", x=3))
attempt(lambda: A("i", ["1"]))
attempt(lambda: A("i", (x for x in range(3))))
attempt(lambda: A("d", A("i", [1, 2])))
attempt(lambda: A("i", A("d", [1, 2])))
attempt(lambda: A("w", A("i", [1, 2])))
attempt(lambda: A("i", A("w", "ab")))
attempt(lambda: A("d", [1, 2.5, float("inf"), float("nan"), -0.0]))
attempt(lambda: A("f", [1.1, 1e300, 1e-50]))
attempt(lambda: A("d", ["1"]))
attempt(lambda: A("d"))
a = A("i", range(10))
attempt(lambda: a[10])
attempt(lambda: a[-11])
attempt(lambda: a["1"])
attempt(lambda: a[2**70])
attempt(lambda: a[True])
def put(index, value):
    a[index] = value
    return a
attempt(lambda: put(10, 1))
attempt(lambda: put("x", 1))
attempt(lambda: put(-1, 77))
print(a == A("i", list(range(9)) + [77]), 77 in a, 5.0 in a, "x" in a)
print(list(a), list(reversed(a)), [x for x in iter(a)], tuple(a), sum(a), max(a), sorted(a, reverse=True))
it = iter(A("b", [1, 2]))
print(type(it).__name__, next(it), next(it), next(it, "end"))
print(bool(A("i")), bool(A("i", [0])))
attempt(lambda: hash(a))
print(b"ab" == A("B", b"ab"), bytearray(b"ab") == A("B", b"ab"), A("B", b"ab") == b"ab", A("u", "ab") == A("w", "ab"))
import collections.abc
print(isinstance(a, collections.abc.MutableSequence), isinstance(a, collections.abc.Sequence))
