from . import LOADED
from . import cycle_b

LOADED.append("cycle_a")


def value():
    return cycle_b.value() + 1
