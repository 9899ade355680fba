# A traceback with a frame repeated many times is shortened; notes and groups are printed.
# check: stderr
import sys


def down(n):
    if n == 0:
        raise KeyError("bottom")
    down(n - 1)


try:
    down(50)
except KeyError:
    sys.excepthook(*sys.exc_info())
e = ValueError("with notes")
e.add_note("first note")
e.add_note("second\nnote")
try:
    raise e
except ValueError:
    sys.excepthook(*sys.exc_info())
try:
    raise ExceptionGroup("group", [ValueError(1), KeyError("k")])
except ExceptionGroup:
    sys.excepthook(*sys.exc_info())
raise ExceptionGroup("last", [TypeError("t"), ExceptionGroup("nested", [OSError(5)])])
