# match statements: literals, captures, sequences, mappings, classes, alternatives, guards, nesting.
class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


class Sub(Point):
    pass


class Const:
    RED = 1
    NAME = "n"


def what(v):
    match v:
        case 0 | -1:
            return "zero or minus one"
        case True | None:
            return f"singleton {v}"
        case Const.RED:
            return "red"
        case 2.5 | 1 + 2j:
            return "number"
        case "a" | "b" as s:
            return "letter " + s
        case str(s) if len(s) > 3:
            return "long " + s
        case str():
            return "short"
        case int(n) if n > 100:
            return f"big {n}"
        case int() | float():
            return "number"
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [1, 2, *rest]:
            return f"starts 1 2 {rest}"
        case [first, *_, last] if first == last:
            return f"same ends {first}"
        case [Point(x=0, y=yy), *more]:
            return f"point first {yy} {len(more)}"
        case (a, [b, c]):
            return f"nested {a} {b} {c}"
        case {"kind": "x", "v": val, **rest}:
            return f"map {val} {rest}"
        case {"k": [_, {"deep": d}]}:
            return f"deep {d}"
        case {}:
            return "some map"
        case Sub(0, y):
            return f"sub {y}"
        case Point(x, y) if x == y:
            return f"diagonal {x}"
        case Point(x=px):
            return f"point {px}"
        case bytes():
            return "bytes"
        case _:
            return "other"


for v in [0, -1, True, None, 1, 2.5, 1 + 2j, "a", "hello", "zz", 500, 7, 7.5, [], [9], [1, 2, 3, 4], (5, 6, 5), [Point(0, 3), 1, 2], (8, (9, 10)), [1, 2, 3][::-1], {"kind": "x", "v": 1, "w": 2}, {"k": [0, {"deep": "d"}]}, {"q": 1}, {}, Sub(0, 4), Point(2, 2), Sub(3, 4), b"x", {1}, range(1), iter([])]:
    print(what(v))
match 5:
    case captured:
        print(captured)
match [1, 2], {"a": 1}:
    case [a, b], {"a": c, **others}:
        print(a, b, c, others)


class Bad:
    __match_args__ = 5


for pattern, value in [("Bad(1)", Bad()), ("int(1, 2)", 1), ("Point(1, 2, 3)", Point(1, 2)), ("Point(1, x=1)", Point(1, 2)), ("Const()", 1)]:
    try:
        exec(f"match value:\n case {pattern}: print('yes')\n case _: print('no')")
    except TypeError as e:
        print(e)
total = 0
shapes = [("circle", 2), ("rect", 3, 4), {"side": 5}, Point(1, 2), 7]
for i in range(3000):
    match shapes[i % 5]:
        case ("circle", r):
            total += r * r
        case ("rect", w, h):
            total += w * h
        case {"side": s}:
            total += s
        case Point(x, y):
            total += x + y
        case int(k):
            total += k
print(total)
for src in ["match x:\n case a: pass\n case b: pass", "match x:\n case a | b: pass", "match x:\n case [a, a]: pass", "match x:\n case [*a, *b]: pass", "match x:\n case {**r, 'a': 1}: pass", "match x:\n case {1: a, 1: b}: pass"]:
    try:
        compile(src, "s", "exec")
    except SyntaxError as e:
        print(e.msg)
match = 3
case = match
print(match, case)
