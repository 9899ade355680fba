"""Records what CPython 3.14 formats, for coil/text/tests: run it under oracle/oracle.mjs and unpack.py."""

import json
import random
import re

rng = random.Random(7)


def esc(text):
    return text.encode("unicode_escape").decode()


def attempt(work):
    try:
        return "=" + esc(work())
    except (ValueError, OverflowError) as error:
        return "!" + esc(str(error))


GRAMMAR = re.compile(r"(?:.?[<>=^])?[-+ ]?z?(#?)0?\d*[,_]?(?:\.(\d*)[,_]?)?([eEfFgGn%]?)\0?$", re.S)


def raw(value, spec):
    """The text of a float before sign, grouping and padding are applied."""
    match = GRAMMAR.match(spec)
    if not match:
        return "?"
    alternate, precision, code = match.groups()
    if code == "%":
        value, code = value * 100, "f"
    return format(value, f"{alternate}.{precision}{code}" if precision else alternate + code)


SPECS = """x s d , _ 10 =10 010 <010 #x # + - | z .3 .3s .3d ,s _s z10 c ,c +c #c .3c n ,n _n ,x _x ,b ,d _d abc 10x10 ,_ _, ,, __ . .x 10. } { é<5 é e E f F g G % zd zx zs #s
    +s =s -s 10€ .,f .3,f .3_f ., ._ .3, .3,_f .3_,f .,3f .3,d .3_s .3,g .3_% ,.3_f _.3,f .3_n ,.3_g .3_x ,.3n _.3n .3_c >>> .3__f .3,,f .,,f ._,f .3|f ,.f ,..3f .3,e 10.3,_ .10_f
    010_.6_f 025_.8,f .0,f .7,g .3,q .3_q .,q ,q ,€ €, X #X o #o #b b _o _b _X 020,d 020, 020_x #020_x =+#20_x *^+20,.3f 020e +08.3% 0<5 0>5 0^5 0=5 00 05 = < ^ > z.1f z.0f z+.0f
    -z.0f z,.0f zz.0f z#.0f #z.0f +| +- .2 .0 #.0 .1 .17 .20 r i u a #.3g #g #.10g #.0e #e 0.3 -5 0-5 <-5 10,,d 10_,d 10,_d 0_x 00_x 08_x 09_x 010_b 5_x *<+9_x 3.3.3 nn 10nn ٣ .٣ *>٣
    10s10 5c <5c ^6c 05c =5c *^7 *=9 *^8s ^5 ^6 ^8.2 _<7 99999999999999999999 .99999999999999999999 z#+ #= +=#""".split()
SPECS = [s.replace("|", " ") for s in SPECS] + ["", " ", "\x01", "\x7f", "\x80", "\ud800<8", "\U0001f600^8", "\U0001f600", "5\x00", "\x00", " #=", "z=", "+#"]


def made():
    pick = lambda options: rng.choice(options)
    return (pick(["", "", "", "<", ">", "^", "=", "*<", "x>", "-^", "0=", "0<"]) + pick(["", "", "+", "-", " "]) + pick(["", "", "", "z"]) + pick(["", "", "#"]) +
            pick(["", "", "0"]) + pick(["", "7", "12", "25", "30"]) + pick(["", "", ",", "_"]) + pick(["", "", ".0", ".1", ".4", ".9,", ".7_", ".,"]) +
            pick(["", "", "d", "b", "o", "x", "X", "c", "n", "e", "E", "f", "F", "g", "G", "%", "s"]))


lines = []
for value in (42, -1234567, 0, 2**62 + 12345, 97, 128512):
    for spec in SPECS + [made() for _ in range(150)]:
        result = attempt(lambda: format(value, spec))
        if result[0] == "!" or spec == "" or spec[-1] not in "eEfFgG%":
            lines.append(f"int\t{value}\t\t{esc(spec)}\t{result}")
for value in (3.14159, -1234567.891, 0.0, -0.0, float("inf"), float("-inf"), float("nan"), -0.0004, 1e20, 123456.0, -12.5):
    for spec in SPECS + [made() for _ in range(120)]:
        lines.append(f"float\t{value!r}\t{raw(value, spec) if attempt(lambda: format(value, spec))[0] == '=' else ''}\t{esc(spec)}\t{attempt(lambda: format(value, spec))}")
for value in ("text", "", "Ünï", "\U0001f600b"):
    for spec in SPECS + [made() for _ in range(100)]:
        lines.append(f"str\t{esc(value)}\t\t{esc(spec)}\t{attempt(lambda: format(value, spec))}")
for value in (3 + 4j, -1.5 - 2.25j, complex("-0-0j"), complex("inf+nanj"), 2.5j):
    for spec in SPECS + [made() for _ in range(60)]:
        match, result = GRAMMAR.match(spec), attempt(lambda: format(value, spec))
        if result[0] == "=" and (not match or not match[3] or "%" in spec):
            continue
        real, imag = (raw(value.real, spec), raw(value.imag, spec)) if result[0] == "=" else ("", "")
        lines.append(f"complex\t{real}\t{imag}\t{esc(spec)}\t{result}")

percent = []
FLAGS = ["", "-", "+", " ", "#", "0", "-0", "+0", " 0", "#0", "-#", "+ #0-"]
for value in (0, 5, -5, 255, -255, 123456789):
    for _ in range(60):
        spec = "%" + rng.choice(FLAGS) + rng.choice(["", "3", "8", "14"]) + rng.choice(["", "", ".", ".0", ".2", ".6"]) + rng.choice(["", "", "l", "h", "L"]) + rng.choice("diuoxX")
        percent.append(f"int\t{value}\t\t{spec}\t{attempt(lambda: spec % value)}")
for value in (0.0, -0.0, 3.14159, -2.5, float("inf"), float("nan"), 1e30):
    for _ in range(60):
        alternate, precision, code = rng.choice(["", "#"]), rng.choice(["", ".", ".0", ".2", ".6"]), rng.choice("eEfFgG")
        spec = "%" + rng.choice(FLAGS).replace("#", "") + alternate + rng.choice(["", "3", "8", "14"]) + precision + code
        plain = format(value, alternate + (".0" if precision == "." else precision) + code)
        percent.append(f"float\t{value!r}\t{plain}\t{spec}\t{attempt(lambda: spec % value)}")
for value in ("text", "", "é"):
    for _ in range(30):
        spec = "%" + rng.choice(FLAGS) + rng.choice(["", "3", "8"]) + rng.choice(["", "", ".", ".0", ".2"]) + "s"
        percent.append(f"str\t{esc(value)}\t\t{spec}\t{attempt(lambda: spec % value)}")
for spec in ["%", "%5", "a%", "%(a", "%(a(b)", "%(a)", "%.5", "%l", "%ll", "%z", "ab%5.2lz", "%\x1f", "%~", "%}", "%\x7f", "%é", "%\U0001f600", "%-+5", "%5%", "%(a)%", "%b"]:
    percent.append(f"error\t\t\t{esc(spec)}\t{attempt(lambda: spec % ({'a': 1, 'a(b)': 2} if '(' in spec else 1))}")
print(json.dumps({"tests/data/format.tsv": "\n".join(lines), "tests/data/percent.tsv": "\n".join(percent)}))
