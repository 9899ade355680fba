# What compile() says: message, line, offset and text of common mistakes.
cases = [
    "x = = 1", "if x = 1: pass", "print 'hello'", "def f():\nreturn 1", "x = (1,\n     2", "x = [1, 2)", "x = 'unterminated", '"""never closed\n\n', "for i in range(3)\n    pass", "while True print(1)",
    "class A\n    pass", "else:\n    pass", "  indented = 1", "if True:\n    a = 1\n  b = 2", "return 5", "break", "def f():\n    continue", "yield 1", "1 = x", "f() = 1", "a + b = c", "None = 5", "del f()", "f(a=1, 2)",
    "f(x for x in y, 1)", "def f(a=1, b): pass", "def f(a, a): pass", "lambda x, x: 1", "import a.b as", "from . import", "from a import (b", "try:\n    pass", "x = 5 if 1", "a b c", "x = {1: 2, 3}", "raise x from", "x = 08", "x = 1_",
    "x = 0xg", "x = 5a", "async def f(): await", "@\ndef f(): pass", "with open(x) as 5: pass", "nonlocal x", "def f():\n    global x\n    x: int = 1", "x = $5", "x = a?b", "x = 'a\\", "x!", "f(**{}, *[])", "f(a=1, a=2)",
    "[x async for x in y]", "(a, b) += 1", "a, b := 1", "x = yield = 1", "*x", "assert (1, 'msg') = 2", "except ValueError:\n    pass", "try:\n    pass\nexcept A, B:\n    pass", "\tif x:\n        y", "import os,", "from x import y,", "class C(a for a in b): pass", "def f(x, /, y, /): pass", "def f(*, **k): pass",
]
for source in cases:
    try:
        compile(source, "given.py", "exec")
        print(repr(source), "compiles")
    except SyntaxError as e:
        print(repr(source), "|", type(e).__name__, "|", e.msg, "|", e.lineno, e.offset, e.end_lineno, e.end_offset, repr(e.text))
