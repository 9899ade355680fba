# Lists and dicts changed while a loop runs over them.
x = [1, 2, 3, 4, 5, 6]
for v in x:
    if v % 2:
        x.remove(v)
print(x)
x = [1, 2, 3]
for v in x:
    if len(x) < 10:
        x.append(v * 10)
print(x)
x = list(range(10))
seen = []
for v in x:
    seen.append(v)
    if v == 4:
        del x[:]
print(seen, x)
x = [1, 2, 3]
it = iter(x)
print(next(it), next(it), next(it), next(it, "end"))
x.append(4)
print(next(it, "still at the end"), list(it))
x = list(range(5))
for i, v in enumerate(x):
    x[i] = v * v
    if i == 2:
        x = [100] * 5
print(x)
r = reversed(y := [1, 2, 3, 4])
print(next(r), y.pop(), y.pop(), next(r, "gone"), list(r))
for kind in ["grow", "shrink", "replace"]:
    d = {i: i for i in range(5)}
    try:
        for k in d:
            if kind == "grow":
                d[k + 100] = 1
            elif kind == "shrink":
                del d[k]
            else:
                d[k] = "new"
        print(kind, d)
    except RuntimeError as e:
        print(kind, e)
s = {1, 2, 3}
try:
    for v in s:
        s.add(v + 100)
except RuntimeError as e:
    print(e)
d = {i: i for i in range(4)}
try:
    for k, v in d.items():
        d.pop(k)
        d[k + 10] = v
except RuntimeError as e:
    print(e)
total = 0
data = list(range(3000))
for v in data:
    total += v
    if v == 1500:
        data[2000:] = []
print(total, len(data))
