# ExceptionGroup and except*.
eg = ExceptionGroup("many", [ValueError("a"), KeyError("b"), ExceptionGroup("inner", [TypeError("c"), ValueError("d")])])
print(eg, repr(eg), eg.message, len(eg.exceptions), eg.subgroup(ValueError), eg.split(KeyError))
log = []
try:
    raise eg
except* ValueError as e:
    log.append(("value", [repr(x) for x in e.exceptions]))
except* (KeyError, TypeError) as e:
    log.append(("others", e.message, len(e.exceptions)))
else:
    log.append("else")
finally:
    log.append("finally")
print(log)
try:
    try:
        raise ExceptionGroup("g", [OSError(1), ValueError(2)])
    except* OSError:
        print("os")
except ExceptionGroup as rest:
    print(repr(rest))
try:
    raise ValueError("plain")
except* ValueError as e:
    print(type(e).__name__, repr(e.exceptions))
try:
    try:
        raise ExceptionGroup("g", [ValueError(1)])
    except* ValueError:
        raise KeyError("new")
except ExceptionGroup as e:
    print(repr(e))
except KeyError as e:
    print("bare", e)
for args in [("m", []), ("m", [5]), (5, [ValueError()]), ("m", 5)]:
    try:
        ExceptionGroup(*args)
    except Exception as e:
        print(type(e).__name__, e)
print(type(BaseExceptionGroup("b", [ValueError()])).__name__, type(BaseExceptionGroup("b", [KeyboardInterrupt()])).__name__)
for src in ["try:\n pass\nexcept* ValueError:\n break", "try:\n pass\nexcept*:\n pass", "try:\n pass\nexcept A:\n pass\nexcept* B:\n pass"]:
    try:
        compile(src, "s", "exec")
    except SyntaxError as e:
        print(type(e).__name__)
