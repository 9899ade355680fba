# Closing a chain of generators: from its end on, each once what it delegates to is closed.
log = []
kept = []  # nothing here is about generators that are dropped

def leaf(how):
    try:
        yield 1
    except GeneratorExit as error:
        log.append(("leaf", how, error.args, error.__context__))
        if how == "yields":
            yield 2
        if how == "raises":
            raise KeyError("leaf")
        if how == "stops":
            return 7
        raise
    finally:
        log.append("leaf ends")

def link(name, inner, how="passes"):
    try:
        got = yield from inner
        log.append((name, "got", got))
    except BaseException as error:
        log.append((name, type(error).__name__, str(error), type(error.__context__).__name__))
        if how == "yields":
            yield 3
        if how == "catches":
            return 8
        if how == "changes":
            raise OSError(name)
        if how == "goes on":
            kept.append(leaf("passes"))
            yield from kept[-1]
        raise
    finally:
        log.append(name + " ends")

def show(what):
    try:
        print("gives", what())
    except BaseException as error:
        print("raises", type(error).__name__, error, "|", type(error.__context__).__name__)
    for entry in log:
        print("   ", entry)
    log.clear()

for how in ("passes", "yields", "raises", "stops"):
    for middle in ("passes", "yields", "catches", "changes", "goes on"):
        print(how, middle)
        kept.append(end := leaf(how))
        kept.append(inner := link("inner", end))
        kept.append(inner := link("middle", inner, middle))
        kept.append(g := link("outer", inner))
        next(g)
        show(g.close)
        show(g.close)
        show(lambda: next(g))

print("thrown")
class Exit(GeneratorExit):
    pass
for error in (GeneratorExit("given"), Exit("of a subclass")):
    g = link("outer", link("inner", leaf("passes")))
    next(g)
    show(lambda: g.throw(error))

print("delegates that are not generators")
class Closes:
    def __init__(self, error=None):
        self.error = error
    def __iter__(self):
        return self
    def __next__(self):
        return 1
    def close(self):
        log.append("close of Closes")
        if self.error:
            raise self.error
class BadClose:
    def __iter__(self):
        return self
    def __next__(self):
        return 1
    @property
    def close(self):
        raise AttributeError("none")
class WorseClose(BadClose):
    @property
    def close(self):
        raise LookupError("worse")
for end in (Closes(), Closes(IndexError("end")), BadClose(), WorseClose(), iter([1, 2])):
    g = link("outer", link("inner", end))
    next(g)
    show(g.close)

print("unstarted and finished delegates")
def starts(inner):
    for _ in inner:
        yield _
    yield from inner
for inner in (leaf("passes"), (x for x in ())):
    g = link("outer", inner)
    show(g.close)
    next(g, None)
    show(g.close)

print("what they are meanwhile")
def looks():
    try:
        yield 1
    finally:
        for name, g in chain.items():
            log.append((name, g.gi_running, g.gi_suspended, g.gi_frame is None))
            for step in (g.close, lambda: next(g), lambda: g.send(1), lambda: g.throw(KeyError)):
                try:
                    log.append(step())
                except BaseException as error:
                    log.append((type(error).__name__, str(error)))
chain = {}
chain["end"] = looks()
chain["inner"] = link("inner", chain["end"])
chain["outer"] = link("outer", chain["inner"])
next(chain["outer"])
show(chain["outer"].close)
for name, g in chain.items():
    print(name, g.gi_running, g.gi_suspended, g.gi_frame)

print("a delegate that runs")
def closes_who_waits():
    try:
        yield 1
        waiting.close()
    except ValueError as error:
        log.append(str(error))
        yield 2
end = closes_who_waits()
waiting = link("waiting", end)
next(waiting)
show(lambda: next(waiting))
show(waiting.close)

print("a shared delegate")
end = leaf("passes")
one, two = link("one", end), link("two", end)
kept += [one, two]
next(one)
show(lambda: next(two))
one, two = link("one", end := leaf("passes")), link("two", end)
next(one)
try:
    next(two)
except BaseException as error:
    print(type(error).__name__, error)
show(two.close)
show(one.close)

print("coroutines")
class Awaits:
    def __await__(self):
        return leaf("passes")
async def co(name, inner):
    try:
        await inner
    finally:
        log.append(name)
g = co("first", co("second", Awaits()))
g.send(None)
show(g.close)

print("long")
def counts(inner):
    try:
        yield from inner
    finally:
        log.append(1)
g = leaf("passes")
for _ in range(800):
    g = counts(g)
next(g)
g.close()
print(len(log), sum(entry == 1 for entry in log))
