# Sets, membership tests, string comparison and dispatch on strings in hot loops.
vowels = set("aeiou")
text = "the rain in spain stays mainly in the plain " * 60
print(sum(c in vowels for c in text), sum(c in "aeiou" for c in text), sum(c in ("a", "e") for c in text), sum(1 for c in text if c not in vowels and c != " "))
ops = ["add", "sub", "mul", "nop", "neg"]
acc = 0
for i in range(4000):
    op = ops[i % 5]
    if op == "add":
        acc += i
    elif op == "sub":
        acc -= i // 2
    elif op == "mul":
        acc = acc * 3 % 100003
    elif op in {"neg", "inv"}:
        acc = -acc
print(acc)
table = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "max": max, "cat": "{}{}".format}
t = 0
for i in range(3000):
    r = table[["add", "sub", "max", "cat"][i & 3]](i, 7)
    t += r if isinstance(r, int) else len(r)
print(t)
a, b = set(range(0, 200, 2)), set(range(0, 200, 3))
n = 0
for i in range(300):
    n += len(a & b) + len(a | b) - len(a - b) + len(a ^ b) + (i in a) + (a <= b)
    a.add(i)
    b.discard(i)
print(n, len(a), len(b))
seen, order = set(), []
for i in range(3000):
    key = (i * i) % 211
    if key not in seen:
        seen.add(key)
        order.append(key)
print(len(order), order[:10])
graph = {i: [(i * 2) % 500, (i * 3 + 1) % 500, (i + 7) % 500] for i in range(500)}
dist, frontier, level = {0: 0}, [0], 0
while frontier:
    level += 1
    nxt = []
    for u in frontier:
        for v in graph[u]:
            if v not in dist:
                dist[v] = level
                nxt.append(v)
    frontier = nxt
print(len(dist), max(dist.values()), sum(dist.values()))
names = ["name%d" % (i % 37) for i in range(3000)]
same = last = 0
prev = ""
for nm in names:
    if nm == prev:
        same += 1
    if nm < prev:
        last += 1
    if nm is prev or nm.startswith("name3"):
        same += 2
    prev = nm
print(same, last, len(set(names)), max(names), min(names))
frozen = {frozenset((i % 5, i % 3)) for i in range(1000)}
print(len(frozen), sorted(sorted(f) for f in frozen)[:4])


class Reg(dict):
    def __missing__(self, k):
        self[k] = v = len(self)
        return v


reg = Reg()
print(sum(reg[nm] for nm in names), len(reg))
flags = 0
for i in range(3000):
    s = str(i)
    flags += s.isdigit() + (s[0] == s[-1]) + ("7" in s) + s.endswith(("0", "5")) + (s > "5") + (len(s) == 3)
print(flags)
