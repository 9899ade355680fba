from . import LOADED
from .circle import PI as _three

LOADED.append("square")


def area(side):
    return side * side + _three - 3
