import _shapes.cycle_a
from . import LOADED

LOADED.append("cycle_b " + str(hasattr(__import__("sys").modules["_shapes.cycle_a"], "value")))


def value():
    return 41
