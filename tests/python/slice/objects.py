# Slice objects and how a class sees them.
class Probe:
    def __getitem__(self, key):
        return key

    def __setitem__(self, key, value):
        print("set", key, value)

    def __delitem__(self, key):
        print("del", key)


p = Probe()
print(p[1:2], p[:], p[::2], p[-1:None:-1], p[1, 2], p[1:2, 3], p["a":"b"], p[...], p[()], p[(1, 2):3])
p[1:5] = "x"
p[0] += (5,) if isinstance(p[0], tuple) else 5
p[::2] = []
del p[3:], p[0]
s = slice(1, 10, 2)
print(s, s.start, s.stop, s.step, slice(5), slice(1, 2) == slice(1, 2), slice(None).indices(5), s.indices(6), slice(-3, None).indices(10), slice(None, None, -1).indices(4), slice(10, -10, -3).indices(5))
data = list(range(10))
print(data[slice(2, 5)], "abcdef"[slice(None, None, -2)], (1, 2, 3)[slice(-2, None)], data[True:5], data[-100:100], data[5:2], data[5:2:-1], data[100:-100:-4])
for bad in [lambda: data["a":], lambda: data[1:2:0], lambda: data[1.5:], lambda: slice(1, 2, 0).indices(5), lambda: slice(), lambda: "abc"[None:"x"]]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(hash(slice(1, 2)) == hash(slice(1, 2)), slice(1, 2) < slice(1, 3), [slice(1, 2)])


class N:
    def __index__(self):
        return 3


print(data[N():], data[:N()], data[::N()], "abcdef"[N():N() + 1] if hasattr(N, "__add__") else "")
total = 0
for i in range(2500):
    total += len(data[i % 10:]) + sum(data[:i % 4]) + data[i % 10::3][0]
    data[i % 5:i % 5 + 1] = [i % 10]
print(total, data)
text = "abcdefghij" * 5
acc = 0
for i in range(2500):
    acc += len(text[i % 50:i % 50 + 3]) + (text[-(i % 50) - 1:] > "c")
print(acc)
