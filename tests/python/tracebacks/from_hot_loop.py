# The traceback of an exception that leaves a hot loop and hot callees names the right lines.
# check: stderr
class Account:
    def __init__(self):
        self.total = 0

    def add(self, x):
        self.total = check(self.total + x)


def check(x):
    if x > 4000000:
        raise OverflowError("too much: %d" % x)
    return x


def run(n):
    a = Account()
    for i in range(n):
        a.add(i)
    return a.total


print(run(2500))
run(5000)
