# Short-lived objects in hot loops, some of which escape.
class V:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, o):
        return V(self.x + o.x, self.y + o.y)

    def __mul__(self, k):
        return V(self.x * k, self.y * k)

    def dot(self, o):
        return self.x * o.x + self.y * o.y

    def __repr__(self):
        return f"V({self.x}, {self.y})"


p = V(0, 0)
step = V(1, 2)
for i in range(4000):
    p = p + step * (i % 3)
print(p, p.dot(step))
kept = []
last = None
for i in range(4000):
    v = V(i, last)
    if i % 1000 == 0:
        kept.append(v)
    last = v if i % 500 == 0 else None
print([k.x for k in kept], kept[1].y, last)
acc = V(0.0, 0)
for i in range(3000):
    t = (i, i + 1, V(i, i))
    a, b, c = t
    acc = V(acc.x + a * 0.5, acc.y + b + c.x)
print(acc)


class Node:
    def __init__(self, v, nxt):
        self.v, self.next = v, nxt


head = None
for i in range(3000):
    head = Node(i, head)
    if i % 10 == 9:
        head = head.next.next
n, s = 0, 0
while head is not None:
    n, s, head = n + 1, s + head.v, head.next
print(n, s)


def swap(a, b):
    return b, a


x, y = 0, 1
for i in range(3000):
    x, y = swap(x + 1, y)
    d = {"a": x, "b": [y]}
    d["b"].append(x)
    x = d["a"] + len(d["b"]) - 2
print(x, y)
closures = 0
for i in range(3000):
    f = lambda k: i + k
    closures += f(1)
    if i % 1500 == 0:
        saved = f
print(closures, saved(0))
total = 0
objs = [None] * 5
for i in range(4000):
    o = V(i, i * 2)
    objs[i % 5] = o
    o.x += objs[(i + 3) % 5].x if objs[(i + 3) % 5] else 0
    o.x %= 1000
    total += o.x
print(total, objs)
cyc = None
for i in range(2500):
    n = Node(i, None)
    n.next = n if i % 2 else cyc
    cyc = n
print(cyc.v, cyc.next is cyc)


def build(i):
    return [V(j, i) for j in range(i % 4)]


print(sum(len(build(i)) + sum(v.x for v in build(i)) for i in range(2500)))
g = V(1, 1)
try:
    for i in range(3000):
        tmp = V(i, g)
        if i == 2900:
            tmp.y = None
        tmp.y.x
except AttributeError as e:
    print(e, tmp.x, tmp)
