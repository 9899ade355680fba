# What compile() says about wrong sources (fields): message, line, offset, end and text.
cases = [
    "f'a' b'c'",
    'f"{1 + }"',
    'f"{}"',
    'f"{ }"',
    'f"{a!x}"',
    'f"{a!}"',
    'f"{a! r}"',
    'f"{a!r b}"',
    'f"{a"',
    'f"{a:"',
    'f"{a:{b}"',
    'f"{a b}"',
    'f"}"',
    'f"{a}}"',
    'f"{!r}"',
    'f"{:x}"',
    'f"{=}"',
    'f"{lambda x: 1}"',
    'f"{a[\'}"',
    'f"{a[}"',
    'f"{a)}"',
    'f"{(a}"',
    'f"{*}"',
    'f"{**a}"',
    'f"{x=!}"',
    'f"{1a}"',
    'f"{a $ b}"',
    'f"{a:{}}"',
    'f"{yield = 1}"',
    'f"{a = b}"',
    'f"{import x}"',
    't"{}"',
    't"{a!x}"',
    't"{a"',
    "f'a' = 1",
    "match x:\n    case f'a': pass",
    "x = f'abc",
    'x = f"""abc\nx = f"{\'abc}"',
    'print(f"{a b}")',
    "f'''{\na b}'''",
]
for source in cases:
    try:
        compile(source, "given.py", "exec")
        print(ascii(source), "compiles")
    except SyntaxError as e:
        print(ascii(source), type(e).__name__, ascii(e.msg), e.lineno, e.offset, e.end_lineno, e.end_offset, ascii(e.text))
