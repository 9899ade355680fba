# gc-stress: 40
# Frames that do not run for long, while collections go on above them, and run again then.
import sys

sys.setrecursionlimit(20000)


def churn(n):
    kept = []
    for i in range(n):
        kept = [i, str(i), kept[:2]]
    return kept[1]


def zigzag(depth, log):
    small = [depth, str(depth)]
    large = bytearray(20000 + depth)
    if depth == 0:
        churn(300)
        return 1
    total = 0
    for turn in range(3 if depth % 40 == 0 else 1):
        small = (small, [turn])
        large[turn] = turn + 1
        total += zigzag(depth - 1, log)
        assert small[1][0] == turn, small
        assert large[turn] == turn + 1 and len(large) == 20000 + depth
        large = bytearray(20000 + depth)
        large[turn + 1 :turn + 2] = b"x"
        small = [turn, str(depth)]
    assert small == [turn, str(depth)]
    if depth % 40 == 0:
        log.append((depth, total))
    return total


log = []
print(zigzag(120, log), log[-1], len(log))


def deep(n):
    items = [n]
    pair = (n, str(n))
    if n == 0:
        return churn(500)
    result = deep(n - 1)
    items.append(pair)
    return result if items == [n, (n, str(n))] else "wrong"


print(deep(5000))


def raises(n):
    held = {"n": [n]}
    try:
        if n == 0:
            churn(200)
            raise ValueError(str(n))
        raises(n - 1)
    except ValueError as error:
        held["n"].append(str(error))
        if n % 50:
            raise
        fresh = [n, held]
        churn(20)
        if n < 300:
            try:
                raises_again(fresh, 30)
            except KeyError as other:
                fresh.append(other.args)
            assert fresh[1]["n"] == [n, "0"] and fresh[2] == (30,), fresh
            raise


def raises_again(fresh, n):
    if n == 0:
        churn(100)
        raise KeyError(30)
    here = [n]
    raises_again(fresh, n - 1)
    assert here == [n]


raises(300)
print("raised")


def walk(n):
    own = [n]
    if n:
        for value in walk(n - 1):
            yield value + [own]
    else:
        for i in range(4):
            churn(60)
            yield [own]
    assert own == [n]


print([len(value) for value in walk(150)])


class Node:
    def __init__(self, depth):
        self.name = str(depth)
        self.next = Node(depth - 1) if depth else None
        self.made = [depth, churn(2)]

    def __eq__(self, other):
        mark = [self.name]
        same = self.next == other.next if self.next else churn(100) == "99"
        return same and mark[0] == other.name


print(Node(120) == Node(120), Node(60) == Node(60))


def mixed(n):
    first = [n]
    if n == 0:
        return [churn(100)]
    found = sorted([[3], [1], [2]], key=lambda item: (mixed(n - 1) if item[0] == 1 and n % 7 else churn(3)) and item)
    return found + first


print(mixed(100)[-1], mixed(6))
