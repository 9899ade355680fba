# __context__, __cause__, suppression, and the chain of a caught exception.
def context():
    try:
        try:
            {}["a"]
        except KeyError:
            1 // 0
    except ZeroDivisionError as e:
        return e


def cause():
    try:
        try:
            {}["a"]
        except KeyError as k:
            raise ValueError("v") from k
    except ValueError as e:
        return e


def suppressed():
    try:
        try:
            {}["a"]
        except KeyError:
            raise ValueError("v") from None
    except ValueError as e:
        return e


for f in [context, cause, suppressed]:
    e = f()
    print(f.__name__, repr(e), repr(e.__context__), repr(e.__cause__), e.__suppress_context__)
try:
    raise ValueError from KeyError
except ValueError as e:
    print(repr(e.__cause__), e.__cause__ is not None)
for bad in [5, "s", int]:
    try:
        raise ValueError from bad
    except TypeError as e:
        print(e)
e = ValueError()
e.__cause__ = KeyError("set")
print(e.__suppress_context__, e.with_traceback(None) is e, e.__traceback__)
try:
    e.__cause__ = 5
except TypeError as x:
    print(x)


def deep(n):
    try:
        if n == 0:
            raise IndexError("bottom")
        deep(n - 1)
    except Exception as e:
        raise RuntimeError(n) from e


try:
    deep(3)
except RuntimeError as e:
    chain = []
    while e is not None:
        chain.append(repr(e))
        e = e.__cause__
    print(chain)


def handler_loses():
    import sys
    try:
        raise KeyError(1)
    except KeyError:
        inside = sys.exc_info()[0]
        try:
            raise ValueError(2)
        except ValueError:
            nested = sys.exc_info()[0]
        after = sys.exc_info()[0]
    return inside.__name__, nested.__name__, after.__name__, sys.exc_info(), sys.exception()


print(handler_loses())


class Ctx:
    def __exit__(self, *a):
        raise TypeError("in exit")

    def __enter__(self):
        pass


try:
    with Ctx():
        raise ValueError("in body")
except TypeError as e:
    print(repr(e.__context__))
last = None
for i in range(2000):
    try:
        try:
            raise KeyError(i)
        except KeyError:
            raise ValueError(i)
    except ValueError as e:
        last = e.__context__.args[0]
print(last)
