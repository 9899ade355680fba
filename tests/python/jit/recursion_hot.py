# Recursive functions hot enough for traces at their entry; results that change type; mutual recursion; recursion out of loops.
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def tak(x, y, z):
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


def power(b, e):
    if e == 0:
        return 1
    h = power(b, e // 2)
    return h * h * (b if e % 2 else 1)


def gcd(a, b):
    return a if b == 0 else gcd(b, a % b)


def total(t):
    if isinstance(t, tuple):
        return total(t[0]) + total(t[1])
    return t


def build(n):
    return (build(n - 1), build(n - 2)) if n > 1 else n


def isodd(n):
    return n != 0 and iseven(n - 1)


def iseven(n):
    return n == 0 or isodd(n - 1)


print(fib(21), tak(10, 6, 2), power(3, 300) % 10 ** 40, power(1.0001, 1000), gcd(2 ** 61 - 1, 2 ** 40 + 15), total(build(16)))
print(sum(isodd(i % 60) for i in range(1500)), sum(gcd(i, 360) for i in range(2000)), sum(power(2, i % 70) for i in range(2000)), fib(2.0 + 10), fib(True))


class Tree:
    def __init__(self, v):
        self.v, self.l, self.r = v, None, None

    def insert(self, v):
        if v < self.v:
            if self.l is None:
                self.l = Tree(v)
            else:
                self.l.insert(v)
        elif v > self.v:
            if self.r is None:
                self.r = Tree(v)
            else:
                self.r.insert(v)

    def sum(self):
        return self.v + (self.l.sum() if self.l else 0) + (self.r.sum() if self.r else 0)

    def depth(self):
        return 1 + max(self.l.depth() if self.l else 0, self.r.depth() if self.r else 0)


root = Tree(500)
for i in range(2500):
    root.insert(i * 7919 % 1009)
print(root.sum(), root.depth())


def queens(n, row, cols, d1, d2):
    if row == n:
        return 1
    count = 0
    for c in range(n):
        if c not in cols and row + c not in d1 and row - c not in d2:
            count += queens(n, row + 1, cols | {c}, d1 | {row + c}, d2 | {row - c})
    return count


print([queens(n, 0, frozenset(), frozenset(), frozenset()) for n in range(1, 7)])


def search(n, depth):
    if n == 7:
        raise KeyError(depth)
    if depth == 0:
        return 0
    return search(n + 1, depth - 1) + search(n + 2, depth - 1)


found = 0
for i in range(300):
    try:
        found += search(i % 12, 5)
    except KeyError as e:
        found += e.args[0]
print(found)
