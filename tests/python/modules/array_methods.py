from array import array as A
import copy
import io

def attempt(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)

a = A("i", [3, 1, 2])
for step in (
    lambda: a.append(4), lambda: a.append("x"), lambda: a.extend([5, 6]), lambda: a.extend(A("i", [7])),
    lambda: a.extend(A("d", [7])), lambda: a.extend(3), lambda: a.extend(["x"]), lambda: a.insert(0, 0), lambda: a.insert(-1, 9),
    lambda: a.insert(100, 10), lambda: a.insert(-100, -1), lambda: a.insert("x", 1), lambda: a.pop(), lambda: a.pop(0), lambda: a.pop(-2),
    lambda: a.pop(100), lambda: a.pop("x"), lambda: A("i").pop(), lambda: a.remove(3), lambda: a.remove(333), lambda: a.reverse(),
    lambda: a.index(2), lambda: a.index(222), lambda: a.index(2, 100), lambda: a.index(1, 0, 3), lambda: a.index(1, -3), lambda: a.count(1),
    lambda: a.count("x"), lambda: a.tolist(), lambda: a.tobytes(), lambda: a.frombytes(b"\1\0\0\0\2\0\0\0"), lambda: a.frombytes(b"\1"),
    lambda: a.frombytes("x"), lambda: a.frombytes(bytearray(4)), lambda: a.fromlist([8, 9]), lambda: a.fromlist([8, "x"]), lambda: a.fromlist((1,)),
    lambda: a.byteswap(), lambda: a.byteswap(), lambda: A("d", [1.5]).byteswap(), lambda: a.buffer_info()[1], lambda: a.__copy__(), lambda: copy.deepcopy(a),
    lambda: copy.copy(a) is a, lambda: a.clear(), lambda: a.append(), lambda: a.__len__(), lambda: a.__class_getitem__(int),
):
    attempt(step)
    print(a)

b = A("h", range(10))
print(b[2:5], b[::2], b[::-1], b[5:2], b[-3:], b[8:100:3])
b[2:5] = A("h", [100])
print(b)
b[1:1] = A("h", [7, 8, 9])
print(b)
b[::2] = A("h", [0] * len(b[::2]))
print(b)
b[1:3] = b
print(b)
def assign(key, value):
    b[key] = value
    return b
attempt(lambda: assign(slice(0, 2), [1, 2]))
attempt(lambda: assign(slice(0, 2), A("i", [1, 2])))
attempt(lambda: assign(slice(0, 6, 2), A("h", [1])))
attempt(lambda: assign(slice(None), 3))
attempt(lambda: assign(slice(5, 2), A("h", [42])))
del b[0], b[-1], b[2:4], b[::3]
print(b)
def delete(key):
    del b[key]
    return b
attempt(lambda: delete(100))
attempt(lambda: delete(slice(None, None, -2)))
attempt(lambda: delete(slice(None)))

x, y = A("i", [1, 2, 3]), A("i", [1, 2, 4])
print(x == y, x != y, x < y, x <= y, x > y, x >= y, x == A("d", [1, 2, 3]), x < A("i", [1, 2]), x == [1, 2, 3], x != [1, 2, 3])
print(A("d", [float("nan")]) == A("d", [float("nan")]), A("b", [-1]) < A("B", [255]), A("i") == A("d"), A("i") < x)
attempt(lambda: x < [1])
print(x + y, x * 2, 2 * x, x * 0, x * -1)
attempt(lambda: x + [1])
attempt(lambda: x + A("d", [1]))
attempt(lambda: x * 1.5)
x += y
print(x)
x *= 2
print(x)
def add(other):
    global x
    x += other
attempt(lambda: add([1]))
attempt(lambda: add(A("d")))
x *= 0
print(x)
x += x
x = A("i", [1])
x += x
x.extend(x)
print(x)

print(A("i", [1, 2]).__reduce_ex__(2), A("d").__reduce_ex__(1), A("w", "ab").__reduce_ex__(2))
kind, args, state = A("h", [1, -2]).__reduce_ex__(4)
print(kind.__name__, args[1:], state)
attempt(lambda: kind(*args))
print(repr(A("i")), str(A("d", [0.1])), repr(A("w")), repr(A("b", [1])))

class Sub(A):
    extra = 3
    def __init__(self, *args):
        self.name = "sub"

s = Sub("i", [1, 2])
print(s, s.name, s[0], type(s[:1]).__name__, type(s + s).__name__, s == A("i", [1, 2]), isinstance(s, A))
print(s.__reduce_ex__(2)[1:])

f = io.BytesIO()
A("i", range(4)).tofile(f)
print(f.getvalue())
f.seek(0)
t = A("i")
t.fromfile(f, 3)
print(t)
attempt(lambda: t.fromfile(f, 3))
print(t)
attempt(lambda: t.fromfile(f, -1))
print(bytes(A("B", b"abc")), bytearray(A("B", b"abc")), bytes(A("h", [1, 2])), b"".join([A("B", b"x"), b"y"]))
print(bytes(memoryview(A("B", b"abc"))), b"ab" + A("B", b"c"), int.from_bytes(A("B", [1, 2]), "big"))
m = A("B", b"xyz")
view = memoryview(m)
view[0] = 65
print(m, view[1], view.tolist(), view.nbytes, view.format, view.itemsize)
import array
rebuild = array._array_reconstructor
for code, form, data in (("h", 5, b"\x01\x02"), ("i", 13, b"\0" * 7 + b"\x05"), ("d", 15, b"\x3f\x80\0\0"), ("B", 1, b"\x05")):
    attempt(lambda: rebuild(A, code, form, data))
attempt(lambda: rebuild(int, "i", 8, b""))
attempt(lambda: rebuild(A, "i", 99, b""))
attempt(lambda: rebuild(A, "x", 8, b""))
attempt(lambda: rebuild(A, "i", 8, "x"))
attempt(lambda: rebuild(A, "i", 8, b"x"))
attempt(lambda: rebuild(3, "i", 8, b"x"))
match A("i", [1, 2]):
    case [p, q]:
        print("sequence", p, q)
print(A("i", [1, 2]).__sizeof__() > 0, A.__name__, A.__module__, A.__doc__[:30])
attempt(lambda: array_iterates_while_growing())
def array_iterates_while_growing():
    grown = A("i", [1, 2])
    seen = []
    for item in grown:
        seen.append(item)
        if len(grown) < 5:
            grown.append(item * 10)
    return seen
attempt(array_iterates_while_growing)
