# The with statement: order, several managers, exceptions in enter and exit, return inside, contextlib.
import contextlib

log = []


class M:
    def __init__(self, name, swallow=False, fail=""):
        self.name, self.swallow, self.fail = name, swallow, fail

    def __enter__(self):
        log.append("enter " + self.name)
        if self.fail == "enter":
            raise ValueError("enter " + self.name)
        return self.name.upper()

    def __exit__(self, t, v, tb):
        log.append("exit " + self.name + " " + (t.__name__ if t else "-"))
        if self.fail == "exit":
            raise KeyError("exit " + self.name)
        return self.swallow


with M("a") as a, M("b") as b:
    print(a, b)
with (M("c") as c, M("d", swallow=True)):
    raise IndexError
for fail in [("enter", ""), ("", "enter"), ("exit", ""), ("", "exit")]:
    try:
        with M("x", fail=fail[0]), M("y", fail=fail[1]):
            log.append("body")
    except Exception as e:
        log.append(repr(e))
print(*log, sep="\n")


@contextlib.contextmanager
def manager(x):
    log.append("start")
    try:
        yield x * 2
    except ValueError as e:
        log.append("caught " + str(e))
    finally:
        log.append("stop")


log.clear()
with manager(4) as v:
    log.append(v)
with manager(5):
    raise ValueError("inside")
with contextlib.suppress(KeyError), contextlib.nullcontext(5) as five:
    {}[five]
with contextlib.ExitStack() as stack:
    names = [stack.enter_context(M(n)) for n in "pq"]
    stack.callback(log.append, "callback")
print(log, names)
for bad in [5, type("NoExit", (), {"__enter__": lambda s: 1})(), None]:
    try:
        with bad:
            pass
    except TypeError as e:
        print(e)


def ret():
    for i in range(5):
        with M("r"):
            if i == 2:
                return i
            continue


log.clear()
print(ret(), log)
targets = {}
with M("t") as targets["key"], M("u") as (p):
    pass
print(targets, p)
n = 0
for i in range(2000):
    with manager(i) as k:
        n += k
    log.clear()
print(n)
