"""Random programs, for differential testing: what CPython prints, Taipan must print in every mode.

    python3 tests/fuzz/programs.py --taipan target/release/taipan --seconds 300 [--seed N] [--python python3.13]

A program is a few functions and a class of typed variables, hot loops, exceptions, generators and closures. Numbers, texts and lists
are kept small, so that programs end. One that prints something else in a mode is cut down to the statements that matter, and kept in
the folder given by --out. Only names of exceptions are printed: their texts differ between versions of CPython.
"""

import argparse
import ast
import os
import random
import subprocess
import sys
import tempfile
import time

SOON = "pace:0,threshold:2,function-threshold:3,bridge-threshold:3,verify"
MODES = {
    "off": {"COIL_JIT": "off"},
    "default": {},
    "eager": {"COIL_JIT": "pace:0,threshold:2"},
    "guards": {"COIL_JIT": SOON + ",max-bridges:30,fail-guards:7"},
    "boxed": {"COIL_JIT": SOON, "COIL_GC": "nursery:64k,box-numbers:3,verify"},
    "short": {"COIL_JIT": SOON + ",chop:9,max-depth:1", "COIL_GC": "nursery:64k,verify"},
    "frames": {"COIL_JIT": SOON + ",force-frames:4"},
}

HEADER = """\
class Failure(Exception):
    pass
class Box:
    kind = 3
    def __init__(self, a, b=1):
        self.a = a
        self.b = b
    def both(self):
        return self.a + self.b
    def __add__(self, other):
        return Box(self.a + (other.a if isinstance(other, Box) else other), self.b)
    @property
    def c(self):
        return self.a - self.b
class Tall(Box):
    __slots__ = ()
    kind = 5
    def both(self):
        return super().both() * 2
def counted(n, step):
    at = 0
    while at < n:
        got = yield at
        at += step if got is None else got
def pairs(items):
    for at, item in enumerate(items):
        yield at, item
"""


class Writer:
    """Writes one program."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.costs = []
        self.fresh = 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def line(self, depth, text):
        self.lines.append("    " * depth + text)

    def name(self, prefix):
        self.fresh += 1
        return f"{prefix}_{self.fresh}"

    # ---- expressions

    def int(self, n=2):
        if n <= 0 or self.chance(25):
            return self.pick("i0", "i1", "i2", "i0", "i1", str(self.random.randint(-9, 9)), "(1 << 40)", "len(l0)", "o0.a")
        a, b = self.int(n - 1), self.int(n - 1)
        return self.pick(
            f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"({a} + {b})",
            f"({a} // ({b} or 7))", f"({a} % ({b} or 5))", f"({a} & {b})", f"({a} | {b})", f"({a} ^ {b})",
            f"({a} << 3)", f"({a} >> 2)", f"(-{a})", f"abs({a})", f"(~{a})", f"int({self.float(n - 1)} * 8 % 1000)",
            f"({a} if {self.truth(n - 1)} else {b})", f"min({a}, {b})", f"max({a}, {b}, 3)",
            f"l0[{a} % (len(l0) or 1)]", f"t0[{a} % 3]", "o0.both()", "o0.c", "o0.b", f"d0.get({a} % 7, {b})",
            f"len({self.text(n - 1)})", f"sum(l1[:4])", f"(lambda x, y=2: x * y)({a})", f"divmod({a}, 13)[1]", "o0.kind",
            f"{self.list(n - 1)}.count({b})", f"ord(chr({a} % 90 + 32))", f"pow({a} % 50, 3)",
        )

    def float(self, n=2):
        if n <= 0 or self.chance(25):
            return self.pick("f0", "f1", "0.5", "2.0", "-1.25", "1e10", "float(i0 % 1000)")
        a, b = self.float(n - 1), self.float(n - 1)
        return self.pick(
            f"({a} + {b})", f"({a} - {b})", f"({a} * {b} % 1e6)", f"({a} / ({b} or 1.5))", f"({a} + {self.int(n - 1)} % 1000)",
            f"(-{a})", f"abs({a})", f"({a} % 1e6 // 3.0)", f"min({a}, {b})", f"({a} if {self.truth(n - 1)} else {b})",
            f"({a} % 97.0 * ({b} % 13))", f"(({a} % 100) ** 2)", f"round({a} % 1e5, 2)",
        )

    def truth(self, n=1):
        a, b = self.int(n - 1), self.int(n - 1)
        return self.pick(
            f"{a} < {b}", f"{a} == {b}", f"{a} >= {b}", f"{a} != {b}", f"{a} % 3 == 1", f"{self.float(n - 1)} > {self.float(n - 1)}",
            "l0", "s0", f"not {a}", f"{a} in l0", f"{a} in d0", f"s0 < {self.text(n - 1)}", f"({a} and {b})", f"isinstance(o0, Tall)",
            f"{a} < {b} < 50", f"{a} is None", f"({a} < {b} or {a} > 3)", "t0 == t1", f"isinstance(x0, (int, str))", "l0 == l1",
        )

    def text(self, n=1):
        a = self.pick("s0", "s1", "'ab'", "'x\\u00e9'", "''", "'\\u20ac1'")
        if n <= 0:
            return a
        return self.pick(
            a, f"({a} + {self.text(n - 1)})", f"{a}[{self.pick('1:', ':2', '::-1', '-1:')}]", f"str({self.int(n - 1)})",
            f"f'{{{self.int(n - 1)}}}-{{{a}}}'", f"'%s%d' % ({a}, {self.int(n - 1)})", f"{a}.upper()", f"({a} * 2)",
            f"repr({self.float(n - 1)})", f"','.join([str(x) for x in l0])", f"{a}.replace('a', 'bc')",
        )

    def list(self, n=1):
        a = self.pick("l0", "l1")
        if n <= 0:
            return a
        return self.pick(
            a, f"[{self.int(n - 1)}, {self.int(n - 1)}, {self.int(0)}]", f"{a}[{self.pick('1:', ':3', '::-1', '::2', '-2:')}]",
            f"({a} + {self.list(n - 1)})", f"[x % 100 + {self.int(0)} for x in {a}]", f"[x for x in {a} if x % 2]", f"sorted({a})",
            f"list(counted({self.int(0)} % 6, 1))", f"list(range({self.int(0)} % 8))", f"list(map(abs, {a}))", f"list(t0)",
            f"[y for x in {a}[:3] for y in (x, {self.int(0)})]", f"[at + x for at, x in pairs({a})]", f"list(reversed({a}))",
        )

    def tuple(self):
        return self.pick(
            f"({self.int(1)}, {self.int(0)}, {self.int(1)})", "(t0[1], t0[2], t0[0])", "tuple((l0 + [1, 2, 3])[:3])",
            f"divmod({self.int(1)}, 7) + (1,)",
        )

    def any(self):
        return self.pick(
            self.int(), self.float(), self.text(), self.list(), self.tuple(), "None", "True", "o0", f"Box({self.float(0)}, 2.5)", "x0", "x1"
        )

    # ---- statements

    def assign(self, depth):
        limit = self.pick("1000003", "1 << 31", "1 << 47", "1 << 50", "1 << 62", "1 << 70", "100")
        choice = self.random.randrange(15)
        if choice < 5:
            self.line(depth, f"{self.pick('i0', 'i1', 'i2')} = {self.int(3)} % ({limit})")
        elif choice < 7:
            self.line(depth, f"{self.pick('f0', 'f1')} = {self.float()}")
        elif choice == 7:
            self.line(depth, f"{self.pick('s0', 's1')} = {self.text(2)}[-12:]")
        elif choice < 10:
            self.line(depth, f"{self.pick('l0', 'l1')} = [x % ({limit}) for x in {self.list(2)}[:9]]")
        elif choice == 10:
            self.line(depth, f"t1, t0 = t0, {self.tuple()}")
        elif choice == 11:
            self.line(depth, f"{self.pick('x0', 'x1')} = {self.any()}")
        elif choice == 12:
            kind = self.pick("Box", "Tall", "Box")
            self.line(depth, f"o0 = {kind}({self.int(1)} % 1000)")
        elif choice == 13:
            self.line(depth, f"o0.{self.pick('a', 'b')} = {self.int(1)} % ({limit})")
        else:
            self.line(depth, f"i0, i1 = i1, i0 {self.pick('+', '-', '^')} {self.int(1)} % 1000")

    def change(self, depth):
        item = f"{self.int(1)} % 10007"
        self.line(depth, self.pick(
            f"l0.append({item}) if len(l0) < 40 else l0.pop()", f"i2 = l0.pop() if l0 else {item}", f"d0[{self.int(1)} % 7] = {item}",
            f"l0[{self.int(0)} % (len(l0) or 1):][:0] or l0", f"l1[1:2] = [{item}]", f"l1[{self.int(0)} % (len(l1) or 1)] = {item}",
            f"i0 += {item}", f"f0 += {self.float(1)} % 100", f"l1.insert({self.int(0)} % 3, {item}) if len(l1) < 30 else l1.clear()",
            f"x0 = x0 + x1 if not isinstance(x0, (str, list, tuple)) or len(x0) < 9 else 0", f"del l0[:{self.pick('1', '2')}]",
            f"o0 = o0 + {self.int(0)} % 10", "l0.reverse()", f"d0.pop({self.int(0)} % 7, None)", f"i1 = l0.index({item})",
            f"x1 = t0[:{self.pick('1', '2')}] + ({item},)", f"i2 = d0[{self.int(0)} % 7]", "o0.a = (o0.a + 1) % 10007", "l0.sort()",
            "l0, l1 = l1, l0[:]", f"g0.append({item}) if len(g0) < 20 else g0.clear()", "x1 = [i0, f0, s0, t0]", f"x0 = x1",
            f"i0 = hash(f0) % 1009", "s0 = '{:>5}|{!r:.4}'.format(i0 % 1000, s1)", "x0 = i0 if x0 is x1 else f0",
        ))

    def loop(self, depth, cost, loops):
        count = self.pick(3, 5, 12, 60, 400) if cost < 30 else self.pick(2, 3, 7)
        var = self.name("v")
        body_cost = cost * count
        head = self.random.randrange(9)
        if head < 3:
            self.line(depth, f"for {var} in range({count}):")
        elif head == 3:
            self.line(depth, f"for {var} in {self.list(2)}[:9]:")
            body_cost = cost * 9
        elif head == 4:
            self.line(depth, f"for {var} in counted({count}, {self.pick(1, 2)}):")
        elif head == 5:
            self.line(depth, f"for {var}, i2 in {self.pick('enumerate(l0[:9])', 'zip(range(9), l1[:9])', 'pairs(l1[:9])', 'list(d0.items())')}:")
            body_cost = cost * 9
        elif head == 6:
            self.line(depth, f"for {var} in {self.pick('(1, 2.5, 3)', 't0', '[i0, f0, s0]', '(o0, i0, None)')}:")
            self.line(depth + 1, f"x0 = {var}")
            body_cost = cost * 3
            var = "i0"
        else:
            self.line(depth, f"{var} = 0")
            self.line(depth, f"while {var} < {count}:")
            self.line(depth + 1, f"{var} += {self.pick(1, 1, 2)}")
        if self.chance(60):
            self.line(depth + 1, f"i1 = (i1 + {var}) % ({self.pick('1000003', '1 << 48', '1 << 63')})")
        self.block(depth + 1, body_cost, loops + 1, in_loop=True)

    def attempt(self, depth, cost, loops, in_loop):
        self.line(depth, "try:")
        self.block(depth + 1, cost, loops, in_loop)
        if self.chance(50):
            self.line(depth + 1, f"if {self.truth()}: raise {self.pick('Failure', 'ValueError', 'KeyError')}({self.int(0)})")
        caught = self.pick("Failure", "(Failure, KeyError)", "Exception", "(ZeroDivisionError, IndexError)", "LookupError")
        self.line(depth, f"except {caught} as error:")
        self.line(depth + 1, self.pick("i0 += 1", "s0 = type(error).__name__", "x1 = len(error.args)"))
        if self.chance(30):
            self.line(depth, "else:")
            self.assign(depth + 1)
        if self.chance(30):
            self.line(depth, "finally:")
            self.line(depth + 1, "i2 = (i2 + 1) % 77")

    def closure(self, depth, cost):
        name = self.name("inner")
        self.line(depth, f"def {name}(p, q={self.pick('1', '2.5', 'i0')}, *rest, k={self.pick('3', 'i1')}):")
        self.line(depth + 1, "nonlocal c0")
        self.line(depth + 1, f"c0 = (c0 + {self.pick('p', 'k', 'q', 'len(rest)')}) % 10007")
        self.line(depth + 1, f"return {self.pick('p + q', 'c0', '(p, k)', 'p * k % 1009', 'rest')}")
        var = self.name("v")
        self.line(depth, f"for {var} in range({3 if cost > 100 else self.pick(5, 90)}):")
        call = self.pick(f"{var}", f"{var}, 2", f"{var}, k=4", f"{var}, 1, 2, 3", f"*t0", f"p={var}, q=i1 % 9", f"{var}, **{{'k': 5}}")
        self.line(depth + 1, f"x0 = {name}({call})")

    def block(self, depth, cost, loops, in_loop=False):
        for _ in range(self.random.randint(1, 4)):
            choice = self.random.randrange(20)
            if choice < 7 or depth > 5:
                self.assign(depth)
            elif choice < 11:
                self.change(depth)
            elif choice < 13:
                self.line(depth, f"if {self.truth()}:")
                self.block(depth + 1, cost, loops, in_loop)
                if self.chance(50):
                    self.line(depth, self.pick("else:", f"elif {self.truth()}:"))
                    self.block(depth + 1, cost, loops, in_loop)
            elif choice < 16 and loops < 3 and cost < 3000:
                self.loop(depth, cost, loops)
            elif choice == 16:
                self.attempt(depth, cost, loops, in_loop)
            elif choice == 17 and in_loop:
                self.line(depth, f"if {self.truth()}: {self.pick('break', 'continue')}")
            elif choice == 18 and cost < 500:
                self.closure(depth, cost)
            elif self.costs and self.costs[-1] * cost < 4000:
                which = self.random.randrange(len(self.costs))
                if self.costs[which] * cost < 4000:
                    self.line(depth, f"x1 = f{which}(i0 % 9, f0)[{self.pick(0, 1, 3)}]")
            else:
                self.change(depth)

    def function(self, number):
        start = len(self.lines)
        self.line(0, f"def f{number}(i0, f0):")
        for text in (
            "i1, i2, f1, s0, s1 = i0 + 3, 5, 0.25, 'abc', 'q'", "l0, l1, t0, t1 = [1, 2, 3, i0], [4, 5], (1, 2, i1), (3, 4, 5)",
            "d0, o0, x0, x1, c0 = {0: 1, 1: 2}, Box(i0), 1, 2.5, 0",
        ):
            self.line(1, text)
        self.block(1, 1, 0)
        self.loop(1, 1, 0)
        self.block(1, 1, 0)
        self.line(1, "return (i0, i1, i2, f0, f1, s0, s1, l0, l1, t0, t1, sorted(d0.items()), o0.a, o0.b, shown(x0), shown(x1), c0)")
        loops = sum("for " in line or "while " in line for line in self.lines[start:])
        self.costs.append(100 * loops)

    def program(self):
        self.lines = HEADER.splitlines()
        self.lines += ["g0 = []", "def shown(x):", "    return repr(x) if not isinstance(x, (Box, list, tuple)) else type(x).__name__"]
        count = self.random.randint(1, 3)
        for number in range(count):
            self.function(number)
        self.lines += [f"for turn in range({self.pick(2, 3, 9)}):"]
        for number in range(count):
            self.lines += ["    try:", f"        print(f{number}(turn, {self.pick('1.5', 'turn', '-0.0', '1e300')}))"]
            self.lines += ["    except Exception as error:", "        print(type(error).__name__)"]
        return "\n".join(self.lines) + "\n"


def run(command, environment, path, seconds):
    full = {name: value for name, value in os.environ.items() if not name.startswith("COIL_")}
    full.update(environment)
    try:
        done = subprocess.run([*command, path], env=full, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout, done.returncode


def differs(taipan, python, text, mode, path):
    """Whether the program prints something else than under CPython; none if CPython does not finish it."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    expected = run([python], {}, path, 4)
    if expected is None or expected[1] != 0:
        return None
    return run([taipan], MODES[mode], path, 60) != expected


def statements(tree):
    """The lists of statements of a program."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody", "handlers"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], (ast.stmt, ast.excepthandler)):
                yield node, field


def reduce(still, text, seconds):
    """Takes statements away, or puts the body of a compound one in its place, as long as the difference stays."""
    end, changed = time.time() + seconds, True
    while changed and time.time() < end:
        changed = False
        places = [(at, index) for at, (node, field) in enumerate(statements(ast.parse(text))) for index in range(len(getattr(node, field)))]
        for at, index in reversed(places):
            for how in ("drop", "body"):
                tree = ast.parse(text)
                found = list(statements(tree))
                if at >= len(found) or index >= len(getattr(*found[at])):
                    continue
                block = getattr(*found[at])
                inner = getattr(block[index], "body", [])
                if how == "body" and (not isinstance(inner, list) or not inner):
                    continue
                block[index:index + 1] = inner if how == "body" else []
                if not block and found[at][1] == "body":
                    block.append(ast.Pass())
                try:
                    shorter = ast.unparse(tree) + "\n"
                except (ValueError, AttributeError):
                    continue
                if shorter != text and still(shorter):
                    text, changed = shorter, True
                    break
    return text


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--taipan", required=True)
    options.add_argument("--python", default=sys.executable)
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--modes", default="off,eager,guards,boxed,default,short,frames")
    options.add_argument("--out", default=tempfile.gettempdir())
    options.add_argument("--keep-whole", action="store_true", help="do not cut programs down")
    options = options.parse_args()
    seed, end, found, skipped = options.seed, time.time() + options.seconds, 0, 0
    os.makedirs(options.out, exist_ok=True)
    path = os.path.join(options.out, f"fuzz_{os.getpid()}.py")
    while time.time() < end:
        text = Writer(seed).program()
        for mode in options.modes.split(","):
            different = differs(options.taipan, options.python, text, mode, path)
            if different is None:
                skipped += 1
                break
            if different:
                found += 1
                if not options.keep_whole:
                    text = reduce(lambda text: differs(options.taipan, options.python, text, mode, path) is True, text, 90)
                kept = os.path.join(options.out, f"found_{seed}_{mode}.py")
                with open(kept, "w", encoding="utf-8") as file:
                    file.write(text)
                print(f"{kept}: differs in mode {mode}", flush=True)
                break
        seed += 1
    print(f"{seed - options.seed} programs, {skipped} not finished by CPython, {found} printed something else")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
