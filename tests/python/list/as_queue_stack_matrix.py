# Algorithms on lists: queues, stacks, heaps, binary search, merge sort, permutations, dynamic programming.
def heap_push(h, x):
    h.append(x)
    i = len(h) - 1
    while i and h[(i - 1) // 2] > h[i]:
        h[i], h[(i - 1) // 2] = h[(i - 1) // 2], h[i]
        i = (i - 1) // 2


def heap_pop(h):
    h[0], h[-1] = h[-1], h[0]
    top = h.pop()
    i = 0
    while True:
        l = 2 * i + 1
        if l >= len(h):
            return top
        if l + 1 < len(h) and h[l + 1] < h[l]:
            l += 1
        if h[i] <= h[l]:
            return top
        h[i], h[l] = h[l], h[i]
        i = l


h = []
for i in range(800):
    heap_push(h, i * 7919 % 1009)
out = [heap_pop(h) for _ in range(800)]
print(out == sorted(out), out[:5], out[-3:])


def merge_sort(xs):
    if len(xs) < 2:
        return xs
    m = len(xs) // 2
    a, b = merge_sort(xs[:m]), merge_sort(xs[m:])
    r, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            r.append(a[i])
            i += 1
        else:
            r.append(b[j])
            j += 1
    r.extend(a[i:])
    r += b[j:]
    return r


data = [(i * 31) % 257 - 100 for i in range(600)]
print(merge_sort(data) == sorted(data), merge_sort([2.5, 1, True, 10 ** 20])[:3])


def bisect(xs, v):
    lo, hi = 0, len(xs)
    while lo < hi:
        mid = (lo + hi) >> 1
        if xs[mid] < v:
            lo = mid + 1
        else:
            hi = mid
    return lo


squares = [i * i for i in range(300)]
print(sum(bisect(squares, v * 31) for v in range(2500)))


def knapsack(items, cap):
    best = [0] * (cap + 1)
    for w, v in items:
        for c in range(cap, w - 1, -1):
            best[c] = max(best[c], best[c - w] + v)
    return best[cap], best[::50]


print(knapsack([(3, 4), (4, 5.5), (7, 10), (11, 17), (13, 19), (1, 1)], 40), knapsack([(i % 13 + 1, i * 7 % 23) for i in range(40)], 200))


def next_perm(a):
    i = len(a) - 2
    while i >= 0 and a[i] >= a[i + 1]:
        i -= 1
    if i < 0:
        return False
    j = len(a) - 1
    while a[j] <= a[i]:
        j -= 1
    a[i], a[j] = a[j], a[i]
    a[i + 1:] = a[:i:-1]
    return True


p, n = [0, 1, 2, 3, 4, 5], 1
while next_perm(p):
    n += 1
print(n, p)
a = [[1, 2], [3, 4]]
m = [[1, 1], [1, 0]]
r = [[1, 0], [0, 1]]
for _ in range(150):
    r = [[sum(x * y for x, y in zip(row, col)) for col in zip(*m)] for row in r]
print(r[0][1], [list(c) for c in zip(*a)], [x for row in a for x in row])
maze = ["S.#.....", "..#.###.", ".##.#...", "....#.#.", ".####.#.", "......#E"]
start = (0, 0)
queue, seen = [(start, 0)], {start}
while queue:
    (y, x), d = queue.pop(0)
    if maze[y][x] == "E":
        break
    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        q = y + dy, x + dx
        if 0 <= q[0] < 6 and 0 <= q[1] < 8 and maze[q[0]][q[1]] != "#" and q not in seen:
            seen.add(q)
            queue.append((q, d + 1))
print(d, len(seen))
