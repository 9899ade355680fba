# List methods and what they say when they cannot.
x = [3, 1, 2]
x.append(4)
x.extend([5, 6])
x.extend("ab")
x.insert(0, "first")
x.insert(-1, "near end")
x.insert(100, "end")
x.insert(-100, "start")
print(x)
print(x.pop(), x.pop(0), x.pop(-2), x)
x.remove(3)
print(x, x.index(2), x.index("b", 2), x.count(1), x.count("zz"))
x.reverse()
print(x)
c = x.copy()
c.clear()
print(c, x, [1, 2, 2, 3, 2].count(2))
n = [5, 2, 9, 1]
print(n.sort(), n, n.sort(reverse=True), n)
w = ["banana", "Apple", "cherry", "fig"]
w.sort(key=str.lower)
print(w)
w.sort(key=len)
print(w, sorted(w, key=lambda s: s[-1], reverse=True))
pairs = [(1, "b"), (0, "z"), (1, "a"), (0, "a")]
print(sorted(pairs), sorted(pairs, key=lambda p: p[0]), sorted(pairs, key=lambda p: p[0], reverse=True))
for f in [lambda: [].pop(), lambda: [1].pop(5), lambda: [].remove(1), lambda: [].index(1), lambda: [1].append(), lambda: [1].append(1, 2), lambda: [1, "a"].sort(), lambda: [].insert(1), lambda: [1].extend(5), lambda: [1].sort(len), lambda: [1].index(1, 5), lambda: [1].foo]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


def growing_while_sorting():
    data = [3, 2, 1]

    def key(v):
        data.append(v)
        return v
    try:
        data.sort(key=key)
    except ValueError as e:
        print(e)


growing_while_sorting()
stack = []
for i in range(2500):
    stack.append(i)
    if i % 3 == 2:
        stack.pop()
    if i % 100 == 99:
        stack.pop(0)
    if i % 500 == 0:
        stack.insert(len(stack) // 2, -i)
print(len(stack), stack[:10], stack[-3:], sum(stack))
