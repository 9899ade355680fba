# The name of a NameError of a free variable, docstrings of exception classes, lone exceptions as groups.
def outer():
    def inner():
        return value

    try:
        inner()
    except NameError as error:
        print(error, error.name)
    value = 1
    print(inner())
    del value
    try:
        inner()
    except NameError as error:
        print(error, error.name)


outer()
for kind in (Exception, ValueError, TypeError, ZeroDivisionError, IndexError, OSError, FileNotFoundError, RecursionError,
             NotImplementedError, StopAsyncIteration, UserWarning, KeyboardInterrupt, KeyError):
    print(kind.__name__, kind.__doc__)


class Own(ValueError):
    pass


print(Own.__doc__, Own().__doc__)
try:
    raise ValueError(1)
except* ValueError as group:
    print(repr(group), group.exceptions, group.args)
