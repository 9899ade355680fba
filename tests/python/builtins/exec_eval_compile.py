# exec, eval and compile with namespaces, modes, nested functions, and syntax errors.
ns = {}
exec("x = 1\nfor i in range(3): x += i\ndef f(a): return a + x\nclass C:\n    y = x", ns)
print(ns["x"], ns["f"](10), ns["C"].y, "__builtins__" in ns)
print(eval("x * 2", ns), eval(" 1 + 1 "), eval("[q for q in range(3)]"), eval("lambda v: v + 1")(1), eval("a", {"a": 1}), eval("a + b", {"a": 1}, {"b": 2}), eval("len('abc')", {}))
code = compile("y = 5\ny + 1", "<s>", "exec")
print(exec(code), type(code).__name__, code.co_filename, code.co_name, eval(compile("y * 2", "<e>", "eval")), exec(compile("print('single')\n", "<i>", "single")))
exec("3 + 4")
exec(compile("5 + 6", "<i>", "single"))


def local():
    v = 10
    exec("v = 20")
    return v, eval("v + 1"), locals().get("v")


print(local())


def with_dict():
    d = {"k": 1}
    exec("k += 1; z = k", {}, d)
    return d


print(with_dict())
for src in ["x =", "1 +", "if x", "def f(:", "return 1", "break", "continue", "yield", "x = (1", "'abc", "a b", "for in x: pass", "1 = x", "f() = 1", "x + 1 = 2", "del f()", "import", "class", "else: pass", " x = 1", "if 1:\nx", "def f():\n\tx\n        y", "lambda: yield", "*a", "a, *b, *c = x", "f(a=1, 2)", "f(**a, *b)", "f(a=1, a=2)", "def f(a, a): pass", "def f(a=1, b): pass", "nonlocal x", "global x; x = 1; global x", "None = 1", "x: int: 5", "async x", "await x", "0777", "1__0", "5abc", "x = 'a' b'c'", "@", "try: pass", "{1: 2, 3}", "[x for x in]", "print 'x'", "exec 'x'", "a = b = 5 = c", "from x import *, y", "raise from x", "with x as 1: pass", "x if y", "(yield) = 1", "obj.None", "f'{x'", "\"\\N{no such name}\"", "b'é'", "a := 1", "(a.b := 1)", "not", "()()=1", "def f(*): pass", "def f(**a, b): pass", "assert", "pass x", "x++", "a ? b", "a $ b", "'\\x1'", "{**a for a in b}", "[*a for a in b]"]:
    try:
        compile(src, "s", "exec")
        print(repr(src), "compiles")
    except SyntaxError as e:
        print(repr(src), type(e).__name__, e.lineno)
for bad in [lambda: eval("x = 1"), lambda: exec(5), lambda: eval(""), lambda: compile("1", "f", "bad"), lambda: eval("1", 5), lambda: eval("undefined_q", {}), lambda: exec("1 // 0")]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).split(" (")[0])
total = 0
c = compile("n * 2 + 1", "c", "eval")
for n in range(2000):
    total += eval(c)
print(total)
