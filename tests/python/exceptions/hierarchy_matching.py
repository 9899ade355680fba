# except clauses against classes, tuples computed at run time, subclasses, abstract classes; order; names rebound in loops.
class Base(Exception):
    pass


class Left(Base):
    pass


class Right(Base):
    pass


class Both(Left, Right):
    pass


def classify(e):
    try:
        raise e
    except Left:
        return "left"
    except (Right, KeyError):
        return "right or key"
    except Base as b:
        return "base " + repr(b)
    except LookupError:
        return "lookup"
    except BaseException as x:
        return "any " + type(x).__name__


print([classify(e) for e in [Left(), Right(), Both(), Base(1), KeyError(), IndexError(), SystemExit(), GeneratorExit(), ValueError(), KeyboardInterrupt()]])
caught = (ValueError,)


def dynamic(e):
    try:
        raise e
    except caught:
        return "caught"
    except Exception:
        return "other"


print(dynamic(ValueError()), dynamic(TypeError()))
caught = (ValueError, (TypeError, (KeyError,)))
try:
    print(dynamic(TypeError()))
except TypeError as e:
    print(type(e).__name__, e)
caught = ()
print(dynamic(ValueError()))
for wrong in [int, "x", None, [ValueError]]:
    caught = wrong
    try:
        dynamic(ValueError())
    except TypeError as e:
        print(e)
caught = Base
t = 0
kinds = [Left, Right, Both, KeyError, ValueError]
for i in range(4000):
    try:
        try:
            raise kinds[i % 5](i)
        except caught as e:
            t += e.args[0]
        except KeyError:
            t += 1
    except Exception as outer:
        t -= outer.args[0] % 7
    if i == 1000:
        caught = (Left, ValueError)
    if i == 2500:
        caught = Exception
print(t)


def evaluation_order():
    log = []

    def cls(c):
        log.append(c.__name__)
        return c
    try:
        raise KeyError
    except cls(ValueError):
        pass
    except cls(LookupError):
        log.append("handled")
    except cls(Exception):
        pass
    return log


print(evaluation_order())


def in_handler():
    out = []
    for i in range(4):
        try:
            raise ValueError(i)
        except ValueError as e:
            if i == 1:
                continue
            try:
                raise KeyError(e.args[0] * 10)
            except KeyError as e:
                out.append((e.args, type(e.__context__).__name__))
            out.append("e" in locals())
            if i == 3:
                break
    return out


print(in_handler())


def retry(times):
    for attempt in range(5):
        try:
            if attempt < times:
                raise OSError(attempt)
            return f"ok after {attempt}"
        except OSError as e:
            last = e
    raise RuntimeError("gave up") from last


print(retry(0), retry(3))
try:
    retry(9)
except RuntimeError as e:
    print(e, repr(e.__cause__))
