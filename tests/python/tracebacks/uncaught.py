# An uncaught exception through several frames.
# check: stderr
def inner(x):
    y = x * 2
    return y / (x - 3)


def outer(values):
    total = 0
    for v in values:
        total += inner(v)
    return total


class C:
    def method(self):
        return [outer(range(n)) for n in range(10)]


print("before")
C().method()
print("never")
