# Many objects made and dropped: lists of lists, cycles, big strings, growing dicts, generators left unfinished.
# gc-stress: 20
import gc


class Node:
    def __init__(self, n):
        self.n = n
        self.links = []


ring = [Node(i) for i in range(50)]
for i in range(3000):
    a, b = ring[i % 50], ring[i * 7 % 50]
    a.links.append(b)
    if len(a.links) > 5:
        a.links = a.links[3:]
    if i % 10 == 0:
        ring[i % 50] = fresh = Node(i)
        fresh.links.append(fresh)
print(sum(n.n for n in ring), sum(len(n.links) for n in ring), sum(l.n for n in ring for l in n.links) % 9973)
table = {}
for i in range(3000):
    table["k%d" % (i % 400)] = [i, str(i), (i, [i])]
    if i % 3 == 0:
        table.pop("k%d" % (i * 7 % 400), None)
print(len(table), sum(v[0] for v in table.values()), sum(v[2][1][0] == int(v[1]) for v in table.values()))
deep = None
for i in range(2000):
    deep = [deep, i]
n = 0
while deep:
    deep, v = deep
    n += v
print(n)
gens = []


def g(i):
    data = [i] * 5
    while True:
        yield sum(data)
        data.append(i)


for i in range(300):
    gens.append(g(i))
    next(gens[-1])
    if len(gens) > 40:
        del gens[::2]
print(sum(next(x) for x in gens), gc.collect() >= 0)
s = ""
parts = []
for i in range(400):
    s += "abc%d" % i
    parts.append(s[-10:])
print(len(s), parts[-1], len(set(parts)))
tree = {}
for i in range(2500):
    node = tree
    for bit in bin(i)[2:8]:
        node = node.setdefault(bit, {})
    node["n"] = node.get("n", 0) + 1


def count(t):
    return sum(v if k == "n" else count(v) for k, v in t.items())


print(count(tree), len(tree))
mat = [[float(i * j) for j in range(30)] for i in range(30)]
for _ in range(20):
    mat = [list(r) for r in zip(*mat)]
    mat[0] = [v + 1 for v in mat[0]]
print(sum(map(sum, mat)))
old = [Node(i) for i in range(500)]
for i in range(2500):
    old[i % 500].links = [Node(i), [str(i)]]
print(sum(o.links[0].n for o in old), sum(int(o.links[1][0]) for o in old), {i: [i] for i in range(5)})
big = [bytes(10000) for _ in range(20)]
for i in range(200):
    big[i % 20] = bytearray(9000 + i)
print(sum(map(len, big)))
