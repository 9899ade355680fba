# Positions inside lines: calls, binary operators, subscripts, attributes, several lines.
# check: stderr
import sys


def show(f):
    try:
        f()
    except Exception:
        sys.excepthook(*sys.exc_info())


def boom(*args):
    raise ValueError("boom")


d = {"a": {"b": None}}
show(lambda: d["a"]["b"]["c"])
show(lambda: 1 + 2 * (3 + "x"))
show(lambda: d["a"].missing.deeper)
show(lambda: boom(1, 2, 3))


def multi():
    return boom(
        1,
        boom,
    )


def assign():
    a, b = (1, 2, 3)


def chain():
    return len([1, 2, 3]) + boom(len("abc")) + len("x")


def unary():
    return -"a"


def compare():
    return 1 < 2 < "c"


show(multi)
show(assign)
show(chain)
show(unary)
show(compare)
sys.stderr.write("done\n")
