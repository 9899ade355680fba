# A variable of a running frame set through f_locals (PEP 667), in a hot loop.
import sys


def with_frame_write(n):
    v = 0
    for i in range(n):
        v += 1
        if i == 2000:
            sys._getframe().f_locals["v"] = 10000
    return v


print(with_frame_write(3000))
