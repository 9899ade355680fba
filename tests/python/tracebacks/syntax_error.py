# A syntax error in source given to exec, and names misspelt: suggestions.
# check: stderr
import sys


def show(f):
    try:
        f()
    except Exception:
        sys.excepthook(*sys.exc_info())


class C:
    attribute = 1
    method_name = 2


show(lambda: C().atribute)
show(lambda: C.method_nam)
show(lambda: prnt("x"))
show(lambda: exec("x = = 1", {}))
show(lambda: exec("def f():\n    return (1,\n", {}))
show(lambda: exec("\n\nraise ValueError('from exec')", {}))
show(lambda: int("x"))
show(lambda: C().method_name())
show(lambda: [].appendd)
exec(compile("def broken(:\n  pass", "given.py", "exec"))
