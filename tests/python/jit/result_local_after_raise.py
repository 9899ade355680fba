# A local that a call was to assign keeps its value when the callee raises, in compiled code as well.
import sys


def fail(n):
    if n > 100:
        raise ValueError(n)
    return n


def assign(n):
    result = "old" + str(n)
    try:
        result = fail(n)
    except ValueError:
        return result
    return result


out = [assign(i) for i in range(300)]
print(out[99:103], out[-1])


def nested(n, bad):
    result = [n]
    if n == 0:
        if bad:
            raise ValueError
        return 0
    try:
        result = nested(n - 1, bad)
    except ValueError:
        assert result == [n], result
        raise
    return result


for bad in False, True:
    for i in range(100):
        try:
            nested(20, bad)
        except ValueError:
            pass
print("kept")


def look(n):
    if n == 0:
        frame = sys._getframe(1)
        while frame.f_code.co_name == "look":
            if "result" in frame.f_locals:
                return frame.f_locals
            frame = frame.f_back
        return None
    result = look(n - 1)
    return result


print({str(look(30)) for i in range(200)})
