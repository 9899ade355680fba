# Literals and tokens: numbers, strings, continuation, comments, unicode names, operators' precedence.
print(0xFF, 0o17, 0b101, 1_000_000, 0x_ff, 1e3, 1E-3, .5, 5., 1_0.0_1, 0e0, 00, 1j, 2.5J, 1e400, -1e400, 123456789012345678901234567890)
print('a' "b" '''c''' """d""", r'\n', R"\t", u'u', b'b' b"c", br'\x', f'{1}' 'x', '\'', "\"", '\a\b\f\v\0\12\x7f\u00e9\U0001F600'.encode(), 'a\
b')
print(2 + 3 * 4 ** 2 / 8 - 7 % 4, -2 ** 2, (-2) ** 2, 2 ** -1, 2 ** 3 ** 2, not 1 == 2, 1 + 2 << 3, 1 << 2 + 1, 5 & 3 | 4 ^ 1, ~5 + 1, 7 // 2 * 2, -7 // 2, 3 - -2, 1 if 0 else 2, 1 or 0 and 0, not 0 or 1, 1 < 2 == True, 2 in [2] == True, (lambda: 0 == None)())
été = 1
ñ_变量 = 2
print(été + ñ_变量, (1,), (1), [1,], {1,}, {1: 2,}, (), [], {}, 1,)
x = (1 +
     2  # comment
     + 3)
y = 1 + \
    2
if x: z = 1; w = 2
else: z = 3
print(x, y, z, w)
def f(a, b,): return a, b
class C: pass
print(f(1, 2,), C.__name__)
ﬁ = "normalised"
print(fi)
print(1 if True else 2 if False else 3, [1, 2][0], (1, 2)[1], "abc"[1], {1: 2}[1], (lambda: 5)(), [*"ab"], {**{}}, -1 .__abs__(), 1..real, 1.0.imag, "x".upper().lower())
if 1:
	tabbed = "tab"
print(tabbed, __name__, type(__doc__), 5 .bit_length())
"""a string statement"""
...
pass
a = b = c = [0]
a, *b = 1, 2, 3
print(a, b, c, 0 if not c else c[0], 10 - 5 - 2, 100 / 10 / 2, 2 * 3 % 4, 1 - 1 or 5, 5 and 6)
import math; print(math.floor(2.5))
for i in 1, 2: print(i, end=","); print(i)
print("%s" % "a" + "b", "a" + "b" * 2, "%d%%" % 5, not "" in "a", [] or () or {} or "last", 3 > 2 > 1 != 0)
def g(): "doc"; return g.__doc__
print(g(), "\N{GREEK SMALL LETTER ALPHA}\u0041", "é" == "\u00e9", len("𝄞"), "\
" == "", """\
no first line break""")
