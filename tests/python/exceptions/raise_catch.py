# Raising and catching: classes, instances, tuples, else, re-raise, nesting, attributes.
def attempt(f):
    try:
        f()
    except (KeyError, IndexError) as e:
        return "lookup", type(e).__name__, e.args
    except ArithmeticError as e:
        return "arith", str(e)
    except Exception as e:
        return "other", repr(e)
    else:
        return "fine"


def raiser(x):
    raise x


print(attempt(lambda: {}["k"]), attempt(lambda: [][1]), attempt(lambda: 1 // 0), attempt(lambda: 1), attempt(lambda: raiser(ValueError)), attempt(lambda: raiser(ValueError("a", 2))))
print(attempt(lambda: raiser(5)), attempt(lambda: raiser(int)), attempt(lambda: raiser(None)))


class MyError(Exception):
    def __init__(self, code, msg="m"):
        super().__init__(code, msg)
        self.code = code

    def __str__(self):
        return f"<{self.code}>"


class Sub(MyError):
    pass


try:
    raise Sub(7)
except MyError as e:
    print(e, repr(e), e.args, e.code, type(e).__name__, isinstance(e, Exception))
try:
    try:
        raise KeyError("inner")
    except KeyError:
        raise
except KeyError as e:
    print("again", e)
try:
    raise
except RuntimeError as e:
    print(e)
try:
    try:
        1 // 0
    except 5:
        pass
except TypeError as e:
    print(e)
e = "kept"
try:
    raise ValueError(1)
except ValueError as e:
    pass
print("e" in globals())


def nested(x):
    try:
        try:
            if x == 0:
                raise ValueError("v")
            if x == 1:
                raise KeyError("k")
            if x == 2:
                return "return"
        except ValueError:
            return "caught v"
        finally:
            log.append(x)
    except KeyError:
        return "caught k"
    return "end"


log = []
print([nested(i) for i in range(4)], log)
print(Exception("a") == Exception("a"), Exception().args, str(Exception()), str(Exception("x", 1)), repr(KeyError("q")), str(KeyError("q")), BaseException.__subclasses__()[0].__name__ != "")
x = ValueError("original")
x.extra = 5
x.add_note("note one")
print(x.extra, x.__notes__, x.__dict__, ValueError.__mro__[1].__name__, issubclass(KeyError, LookupError), issubclass(StopIteration, Exception), issubclass(KeyboardInterrupt, Exception))
