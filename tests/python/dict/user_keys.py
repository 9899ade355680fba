# Keys with user-defined __eq__ and __hash__, in hot loops; keys changed, errors, order of comparison, deletion while probing.
class Key:
    def __init__(self, n, h=None):
        self.n, self.h = n, h

    def __hash__(self):
        global hashes
        hashes += 1
        return hash(self.n) if self.h is None else self.h

    def __eq__(self, o):
        global eqs
        eqs += 1
        return isinstance(o, Key) and self.n == o.n

    def __repr__(self):
        return f"Key({self.n})"


hashes = eqs = 0
d = {}
keys = [Key(i) for i in range(50)]
for i in range(3000):
    k = keys[i % 50]
    d[k] = d.get(k, 0) + i
print(len(d), d[keys[7]], hashes > 6000, eqs)
for i in range(2000):
    d[Key(i % 50)] += 1
print(d[Key(7)], Key(99) in d, eqs >= 4000)
collide = {Key(i, 1): i for i in range(30)}
print([collide[Key(i, 1)] for i in (0, 15, 29)], len(collide), Key(30, 1) in collide)
for i in range(0, 30, 2):
    del collide[Key(i, 1)]
print(sorted(collide.values()), list(collide)[:3])
s = set(keys)
print(len(s), Key(3) in s, len(s | {Key(3), Key(100)}), len(s & {Key(1), Key(200)}))
m = Key(1)
dd = {m: "v"}
m.n = 2
print(m in dd, Key(1) in dd, Key(2) in dd, list(dd.values()))


class Bad:
    def __init__(self, kind):
        self.kind = kind

    def __hash__(self):
        if self.kind == "hash":
            raise ValueError("hash")
        return 2 ** 70 + 1 if self.kind == "big" else 5

    def __eq__(self, o):
        if self.kind == "eq":
            raise ValueError("eq")
        return True


for f in [lambda: {Bad("hash"): 1}, lambda: {Bad("eq"): 1, 5: 2}, lambda: 5 in {Bad("eq")}, lambda: {5: "found"}[Bad("same")], lambda: len({Bad("x"), Bad("y"), 5}), lambda: hash(Bad("big")) != 0]:
    try:
        print(f())
    except ValueError as e:
        print("ValueError", e)


class Clears:
    armed = False

    def __hash__(self):
        return 1

    def __eq__(self, o):
        if Clears.armed:
            victim.clear()
        return False


victim = {Clears(): 1, Clears(): 2}
Clears.armed = True
print(victim.get(Clears(), "none"), len(victim))
victim = {Clears(): i for i in range(3)} if not Clears.armed else {}
Clears.armed = False
victim.update({Clears(): i for i in range(3)})
print(len(victim), [k == k for k in victim], all(k in victim for k in victim))
t = 0
grid = {(x, y): x * y for x in range(40) for y in range(40)}
for i in range(4000):
    x, y = i % 40, i * 3 % 40
    t += grid[x, y] + grid.get((x + 1, y), -1) + ((x, y + 1) in grid)
print(t)
