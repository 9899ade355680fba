# A traceback with a frame repeated many times is shortened; notes and groups are printed.
# check: stderr
import traceback


def down(n):
    if n == 0:
        raise KeyError("bottom")
    down(n - 1)


try:
    down(50)
except KeyError:
    traceback.print_exc()
e = ValueError("with notes")
e.add_note("first note")
e.add_note("second\nnote")
try:
    raise e
except ValueError:
    traceback.print_exc()
try:
    raise ExceptionGroup("group", [ValueError(1), KeyError("k")])
except ExceptionGroup:
    traceback.print_exc()
raise ExceptionGroup("last", [TypeError("t"), ExceptionGroup("nested", [OSError(5)])])
