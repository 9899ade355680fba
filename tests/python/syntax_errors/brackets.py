# What compile() says about wrong sources (brackets): message, line, offset, end and text.
cases = [
    '[x for 1 in y]',
    '[x for f() in y]',
    '[x for x y]',
    '[x for]',
    '[x, y for x in y]',
    '{x, y for x in y}',
    '[*x for x in y]',
    '{**x for x in y}',
    '(x, y for x in y)',
    ')',
    'x]',
    '}',
    'x[a b]',
    'x[1:2:3:4]',
    'x[]',
    '(*a)',
    '[*]',
    '{**}',
    '{*}',
    '(pass)',
    '[pass]',
    '(,)',
    '(a,,b)',
    '[,]',
    '{,}',
    '[1, 2\n3]',
    '(1, 2\n 3 4)',
]
for source in cases:
    try:
        compile(source, "given.py", "exec")
        print(ascii(source), "compiles")
    except SyntaxError as e:
        print(ascii(source), type(e).__name__, ascii(e.msg), e.lineno, e.offset, e.end_lineno, e.end_offset, ascii(e.text))
