# What builtin exceptions carry: names, keys, errno, positions of syntax errors, StopIteration values.
try:
    undefined_name
except NameError as e:
    print(e.name, e)
try:
    (5).attribute
except AttributeError as e:
    print(e.name, e.obj, e)
try:
    import no_such_module_here
except ModuleNotFoundError as e:
    print(e.name, e, e.path)
try:
    from math import nothing_like_it
except ImportError as e:
    print(e.name, str(e).split(" (")[0])
try:
    open("/no/such/file")
except FileNotFoundError as e:
    print(e.filename, e.strerror, isinstance(e, OSError), type(e).__name__)
try:
    eval("1 +")
except SyntaxError as e:
    print(e.msg, e.lineno, e.offset, e.text, e.filename)
try:
    compile("x = 1\nif x\n  y = 2", "name.py", "exec")
except SyntaxError as e:
    print(e.msg, e.lineno, e.offset, repr(e.text), e.filename)


def gen():
    yield 1
    return "value"


g = gen()
next(g)
try:
    next(g)
except StopIteration as e:
    print(e.value, e.args)
try:
    "é".encode("ascii")
except UnicodeEncodeError as e:
    print(e.encoding, e.object, e.start, e.end, e.reason)
try:
    b"a\xff".decode()
except UnicodeDecodeError as e:
    print(e.encoding, e.object, e.start, e.end, e.reason, e)
print(OSError(2, "text").errno, OSError(2, "text", "f"), OSError("one").args, OSError("a", "b", "c", 4, "d").filename2, SystemExit(3).code, SystemExit().code, ImportError("m", name="n").name)
for cls in [ArithmeticError, AssertionError, AttributeError, BufferError, EOFError, ImportError, IndexError, KeyError, LookupError, MemoryError, NameError, NotImplementedError, OSError, OverflowError, RecursionError,
            RuntimeError, StopIteration, StopAsyncIteration, SyntaxError, IndentationError, TabError, SystemError, TypeError, UnboundLocalError, ValueError, ZeroDivisionError, UnicodeError, Warning, UserWarning, DeprecationWarning, TimeoutError, FileExistsError, KeyboardInterrupt, GeneratorExit, SystemExit]:
    print(cls.__name__, cls.__base__.__name__, repr(cls("t")), end="; ")
print()
try:
    assert 1 == 2, "message"
except AssertionError as e:
    print(repr(e))
try:
    assert ()
except AssertionError as e:
    print(repr(e))
try:
    KeyError(a=1)
except TypeError as e:
    print(e)
