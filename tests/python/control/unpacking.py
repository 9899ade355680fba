# Unpacking assignments: nested, starred, targets of all kinds, errors, loops, evaluation order.
a, b = 1, 2
a, b = b, a
(c, d), e = (3, 4), 5
[f, *g] = "hello"
*h, i = range(4)
j, *k, l = [1, 2]
m, (n, *o), p = 1, [2, 3, 4], 5
print(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
lst = [0, 0, 0]
idx = 0
idx, lst[idx] = 1, "x"
print(idx, lst)


class O:
    pass


obj = O()
obj.a, obj.b, *lst[0:1], lst[2] = 10, 20, 30, 40, 50
print(obj.a, obj.b, lst)
q = r = s = []
q.append(1)
print(r, s is q)
for t, (u, *v) in [(1, "abc"), (2, (3,))]:
    print(t, u, v)
first, second = {"k1": 1, "k2": 2}
w, x, y = (z * 2 for z in range(3))
print(first, second, w, x, y, [*range(2), *"ab", *{}], (*[1], *(2,)), {*[1], *[1]}, {**{"a": 1}, **{"a": 2}})


def order():
    log = []

    def get(tag):
        log.append(tag)
        return lst
    get("target")[0], get("target2")[1] = get("value")[1], 5
    return log


print(order())


def bad(n):
    def gen():
        for i in range(n):
            yield i
    return gen()


for src in ["a, b = [1]", "a, b = [1, 2, 3]", "a, *b, c = [1]", "a, b = bad(1)", "a, b = bad(5)", "a, b = None", "a, b = {}", "a, b = 'x'", "[a, b] = 5", "(a, (b, c)) = 1, 2", "a, b = {1, 2, 3}", "a, b = {1: 2, 3: 4, 5: 6}"]:
    try:
        exec(src)
    except Exception as e:
        print(src, "|", type(e).__name__, e)
total = 0
pairs = [(i, (i + 1, i + 2)) for i in range(50)]
for rep in range(60):
    for a, (b, c) in pairs:
        a, b, c = c, a, b
        total += a - b * c
x, y = 0, 1
for _ in range(3000):
    x, y = y, (x + y) % 10007
first, *rest = range(5)
print(total, x, y, first, rest)
