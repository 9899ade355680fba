# What is thrown into a generator reaches the one that it delegates to; frames of both are there meanwhile.
import sys

def names(frame):
    found = []
    while frame:
        found.append(frame.f_code.co_name)
        frame = frame.f_back if found[-1] != "<module>" else None
    return found

def here():
    return names(sys._getframe(1))

def inner(catch):
    local = "inner's"
    try:
        yield 1
    except KeyError as error:
        print("inner", here(), sys._getframe(1).f_locals)
        if catch == "raise":
            raise ValueError from error
        if catch == "yield":
            yield 2
    except GeneratorExit:
        print("closed", here())
        try:
            next(RUNNING[-1])
        except ValueError as error:
            print(error)
        raise
    return 3

def middle(catch):
    local = "middle's"
    try:
        result = yield from inner(catch)
    except ValueError as error:
        result = 4
        tb, lines = error.__traceback__, []
        while tb:
            lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno, names(tb.tb_frame)))
            tb = tb.tb_next
        print(lines)
    print("middle", result, here(), sys._getframe(1).f_locals["local"])
    yield 5

def outer(catch):
    local = "outer's"
    try:
        yield from middle(catch)
    except ValueError as error:
        print("outer", error, here())
    yield 6

RUNNING = []

class Iterator:
    def __iter__(self):
        return self
    def __next__(self):
        return 1
    def throw(self, error):
        print("throw", here())
        try:
            next(RUNNING[-1])
        except ValueError as again:
            print(again)
        if isinstance(error, OSError):
            raise StopIteration(7)
        return 2
    def close(self):
        print("close", here())

def iterates():
    result = yield from Iterator()
    print("iterates", result, here())

def walk(generator, error):
    RUNNING.append(generator)
    print(next(generator))
    for step in (lambda: generator.throw(error), lambda: next(generator), lambda: generator.close()):
        try:
            print(step())
        except Exception as caught:
            print(type(caught).__name__, caught)

def main():
    for catch in ("return", "raise", "yield"):
        for error in (KeyError("x"), ValueError("y"), GeneratorExit()):
            try:
                walk(outer(catch), error)
            except GeneratorExit:
                print("exit")
    walk(iterates(), KeyError())
    walk(iterates(), OSError())
    # A frame that was seen while its generator ran natively.
    seen = []
    def deep():
        try:
            yield
        except KeyError:
            seen.append(sys._getframe(1))
            yield sys._getframe(0)
    def above():
        yield from deep()
    g = above()
    next(g)
    frame = g.throw(KeyError())
    print(names(frame), names(seen[0])[:2], g.gi_running)

main()
# In a loop, where what throws is compiled.
count = 0
def quiet():
    global count
    while True:
        try:
            yield
        except KeyError:
            count += len(names(sys._getframe(0)))
def quietly():
    yield from quiet()
def loop():
    g = quietly()
    next(g)
    for i in range(300):
        g.throw(KeyError)
loop()
print(count)
