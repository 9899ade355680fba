# type, isinstance, issubclass, callable, hasattr, getattr, dir, vars, id, hash, repr, print options.
import sys

print(type(1), type("a"), type(None), type(type), type(print), type(len), type([].append), type(lambda: 0), type(sys), type(...), type(NotImplemented), type(range(1)), type({}.keys()), type(iter([])), type(int.__add__), type((1).__add__), type(object.__init__), type(dict.fromkeys), type(str.join))
print(isinstance(1, (str, int)), isinstance(True, int), isinstance(1, object), isinstance(1, int | str), isinstance(None, int | None), issubclass(bool, (str, int)), issubclass(int, int | str), isinstance([], list), isinstance(5, type), isinstance(int, type))
for f in [lambda: isinstance(1, 5), lambda: issubclass(1, int), lambda: isinstance(1, (int, "x")), lambda: isinstance(1, ("x", int)), lambda: issubclass(int, 5), lambda: getattr(1, "zz"), lambda: hasattr(1, 5), lambda: vars(5), lambda: type(1, 2), lambda: type("n", (), 5), lambda: dir(1, 2), lambda: hash({}), lambda: callable(), lambda: print(1, sep=5), lambda: print(1, end=2), lambda: id(), lambda: setattr(1, "a", 2), lambda: delattr([], "x"), lambda: int | 5, lambda: chr("a"), lambda: ord(5), lambda: bin(1.5), lambda: abs("a"), lambda: divmod(1, "a"), lambda: pow("a", 2), lambda: round("a"), lambda: input(1, 2)]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
print(1, "a", None, sep="-", end="!\n")
print()
print(*[1, 2], sep="")
print("a", "b", sep="", end="")
print(" flush", flush=True, file=sys.stdout)
print("only", file=None)
print(repr(print), repr(len), repr(int), repr(int | str), repr(list[int]), repr(dict[str, list[int]]), repr(...), repr(NotImplemented), repr(str.upper), repr("".join).split(" at")[0], repr(slice(1)), repr(type(iter({}))))
print(callable(len), callable(int), callable(5), hasattr([], "append"), getattr("a", "upper")(), id(1) == id(1), id(print) == id(print), hash("a") == hash("a"), len(dir([])) > 30, "append" in dir(list), vars(type("T", (), {"a": 1}))["a"], sorted(vars(type("I", (), {})())))
print(abs(-5), abs(-2.5), abs(True), divmod(17, 5), divmod(-17, 5), divmod(7.5, 2), pow(2, 10), pow(2, 10, 1000), round(3.14159, 2), round(2.5), chr(8364), ord("€"), bin(10), oct(64), hex(255), ascii("é"), bool([]), int("7"), float("1.5"), complex(1, 2), str(5), bytes(2), tuple("ab"), frozenset([1]), object.__name__)
print([c.__name__ for c in (int, bool, float, str, list, dict, type, object, BaseException)], int.__bases__, object.__bases__, type.__bases__, int.__class__, list.__module__, len.__module__, int.__doc__ is not None, list.append.__name__, list.append.__qualname__, len.__self__.__name__)
assert isinstance(id(object()), int)
n = 0
things = [1, "a", 2.5, None, [1], (2,), True, {}]
for i in range(4000):
    t = things[i % 8]
    if isinstance(t, bool):
        n += 1
    elif isinstance(t, (int, float)):
        n += 10
    elif type(t) is str:
        n += 100
    elif t is None or callable(t):
        n += 1000
    elif hasattr(t, "append"):
        n += 10000
    n += len(type(t).__name__)
print(n)
