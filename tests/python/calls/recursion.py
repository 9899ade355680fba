# Recursion: simple, mutual, nested, with many frames, and RecursionError caught.
# gc-stress: 50
def fact(n):
    return 1 if n == 0 else n * fact(n - 1)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def ack(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))


print(fact(50), fib(18), even(200), odd(201), ack(2, 9))


def hanoi(n, a, b, c):
    return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


print(hanoi(11, "a", "b", "c"))


def flatten(x):
    for item in x:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


nested = [1, [2, [3, [4, [5]]]], 6]
for _ in range(40):
    nested = [nested, 0]
print(sum(flatten(nested)))


def quick(xs):
    if len(xs) < 2:
        return xs
    pivot = xs[len(xs) // 2]
    return quick([x for x in xs if x < pivot]) + [x for x in xs if x == pivot] + quick([x for x in xs if x > pivot])


print(quick([i * 7919 % 503 for i in range(300)])[::30])


def perms(xs):
    if not xs:
        return [[]]
    return [[x] + rest for i, x in enumerate(xs) for rest in perms(xs[:i] + xs[i + 1:])]


print(len(perms([1, 2, 3, 4, 5])), perms([1, 2, 3]))


def tree(depth):
    return None if depth == 0 else (tree(depth - 1), depth, tree(depth - 1))


def walk(t):
    return 0 if t is None else walk(t[0]) + t[1] + walk(t[2])


print(walk(tree(10)))
