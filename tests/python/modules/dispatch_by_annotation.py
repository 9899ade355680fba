# singledispatch takes the class from the annotation.
from functools import singledispatch


@singledispatch
def show(v):
    return "object"


@show.register
def _(v: int):
    return "int"


@show.register
def _(v: list | tuple):
    return "sequence"


print(show(1), show("s"), show([]), show(()))
