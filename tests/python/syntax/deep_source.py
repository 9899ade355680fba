# Sources of any depth and width: a result, or an exception.


def attempt(name, source):
    space = {}
    try:
        exec(compile(source, "<deep>", "exec"), space)
        found = space.get("r")
    except (SyntaxError, RecursionError, MemoryError, OverflowError) as error:
        found = "refused"
    print(name, found)


DEEP = 100000
attempt("comprehensions", "r=" + "[x for x in " * DEEP + "[1]" + "]" * DEEP)
attempt("stars", "r=" + "[*" * DEEP + "[1]" + "]" * DEEP)
attempt("parentheses", "r=" + "(" * DEEP + "1" + ")" * DEEP)
attempt("comprehensions, 50", "r=" + "[x for x in " * 50 + "[1]" + "]" * 50)
attempt("assignments", "a=" * DEEP + "1\nr=a")
attempt("comparisons", "x=1\nr=x" + "==x" * 1000)
attempt("keywords", "def f(**a): return len(a)\nr=f(" + ",".join("a%d=%d" % (i, i) for i in range(40000)) + ")")
attempt("keyword twice", "f(" + ",".join("a%d=1" % i for i in range(3000)) + ",a7=1)")
attempt("lines", "def f():\n x=0\n" + " x=x+1\n" * 50000 + " return x\nr=f()")
