# Importing from a package beside the script: modules, attributes, relative imports, reload-free caching, circular imports, errors.
# oracle: 3.13
import sys

import _shapes
import _shapes.circle as circle
from _shapes import square
from _shapes.circle import PI, area as circle_area
from _shapes import *

print(_shapes.__name__, _shapes.__package__, circle.__name__, square.__package__, circle.PI is PI, circle_area(2), square.area(3), _shapes.LOADED)
print(sorted(k for k in globals() if not k.startswith("_")), public())
import _shapes.circle
print(_shapes.circle is circle, "_shapes.circle" in sys.modules, sys.modules["_shapes"] is _shapes, _shapes.LOADED)
print(_shapes.dynamic_name, [m for m in _shapes.LOADED if "cycle" in m])
from _shapes import cycle_a
print(cycle_a.value(), _shapes.LOADED)
for src in ["import _shapes.nothing", "from _shapes import nope", "import _nowhere", "from _shapes.circle import nope", "from . import x", "import _shapes.circle.deeper", "from _shapes import broken", "import _shapes.failing"]:
    try:
        exec(src)
        print("imported", src)
    except SyntaxError as e:
        print(src, "|", type(e).__name__, e.msg, e.lineno)
    except Exception as e:
        text = str(e).split(" (/")[0]
        print(src, "|", type(e).__name__, text)
print("_shapes.failing" in sys.modules, "_shapes.broken" in sys.modules)
m = __import__("_shapes.circle")
n = __import__("_shapes.circle", fromlist=["area"])
print(m.__name__, n.__name__)
import importlib
print(importlib.import_module("_shapes.square").area(2), importlib.import_module(".circle", "_shapes").PI)
total = 0
for i in range(2000):
    from _shapes.square import area
    import _shapes.square
    total += area(i) + _shapes.square.area(1)
print(total)


def local_import():
    import _shapes.circle as c
    return c.area(1)


print(local_import(), "c" in globals())
