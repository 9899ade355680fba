if __debug__:
    x = 1 << 70, -5, "a" * 3, (1, 2) + (3,)
if False:
    y = 1
while True:
    assert x, "no"
    break
type X = int
import a.b as c
from . import d
