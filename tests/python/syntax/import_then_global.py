# A name may be declared global or nonlocal after it was imported.
def f():
    import math
    from math import pi as tau
    global math, tau
    return math.pi == tau

print(f(), "math" in globals(), "tau" in globals())

def g():
    x = 1
    def h():
        import os.path as x
        nonlocal x
        return x
    return h() is x, x.__name__

print(g())

import sys
global sys
print(sys.__name__)

for source in (
    "def f():\n import x\n x\n global x",
    "def f():\n import x\n x = 1\n global x",
    "def f(x):\n import x\n global x",
    "def f():\n from a import x\n nonlocal x",
    "class A:\n import x\n global x\n x = 1",
):
    try:
        compile(source, "f", "exec")
        print("compiled")
    except SyntaxError as error:
        print(error)
