# Lists: construction, indexing, slices read and assigned, concatenation, comparison, repr.
x = [1, "a", 2.5, None, [1, 2]]
print(x, len(x), x[0], x[-1], x[1:3], x[::-1], x[::2], x[-2:], x[10:], x + [1], x * 2, [0] * 3, 2 * [[]])
y = list(range(10))
y[2:5] = ["x"]
print(y)
y[1:1] = [7, 7, 7]
print(y)
y[::3] = [0] * len(y[::3])
print(y)
y[5:] = []
print(y)
y[:] = "abc"
print(y)
y[10:] = [1]
y[-100:0] = [9]
print(y)
del y[1]
del y[0:2]
print(y)
z = list(range(12))
del z[::4]
print(z)
del z[-1:-5:-2]
print(z)
z[2], z[0] = z[0], z[2]
z[-1] += 100
print(z, 3 in z, 111 in z, "a" not in z)
print([1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [] < [0], [1, "a"] == [1, "b"], [2] > [1, 5], [1] == (1,), [1.0] == [1])
r = [1]
r.append(r)
print(r, r[1][1][0], [[]] * 2, [(), {}, set()])
a = b = [1]
a += [2]
a = a + [3]
print(a, b)
for f in [lambda: x[5], lambda: x[-6], lambda: x["a"], lambda: x[1.0], lambda: [1] + (2,), lambda: [1] * [2], lambda: [1] < [None], lambda: [1] < 1, lambda: list(5), lambda: hash([])]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
for stmt in ["x[9] = 1", "del x[9]", "x[::2] = [1]", "x[0:1] = 5", "x[::0]", "x['a'] = 1"]:
    try:
        exec(stmt)
    except Exception as e:
        print(stmt, type(e).__name__, e)
