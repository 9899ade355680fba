# Formats of nothing but %s, %d and %%, with short arguments, and those that are nearly so.
class Text(str):
    def __str__(self):
        return "text!"


class Number(int):
    def __str__(self):
        return "number!"


class Pair(tuple):
    pass


for format, arguments in [
    ("v%s", 12),
    ("v%s", -5),
    ("%s", 0),
    ("%s", ""),
    ("", ()),
    ("%%", ()),
    ("100%%", 5),
    ("100%%", {}),
    ("%s%%", "x"),
    ("%s and %s", ("a", 1)),
    ("%s and %s", ("a",)),
    ("%s and %s", ("a", 1, 2)),
    ("%s and %s", "a"),
    ("%s", ("a",)),
    ("%s", ()),
    ("%s", (1, 2)),
    ("%s", True),
    ("%d", True),
    ("%d", 1 << 47),
    ("%d", 1 << 70),
    ("%s", 1 << 48),
    ("%s", -(1 << 48)),
    ("%d", "1"),
    ("%d", 1.5),
    ("%s", 1.5),
    ("%s", None),
    ("%s", Text("x")),
    ("%s", Number(3)),
    ("%d", Number(3)),
    ("%s %s", Pair((1, 2))),
    ("%s", "é"),
    ("é%s", "x"),
    ("%s", "\U0001f600"),
    ("%", ()),
    ("%s%", 1),
    ("%z", 1),
    ("%5s|", 1),
    ("%-5s|", 1),
    ("%.1s", "ab"),
    ("%i %u", (1, 2)),
    ("%(a)s", {"a": 1}),
    ("%s", {"a": 1}),
    ("%s", [1]),
    ("x", [1]),
    ("x", 1),
    ("x", "a"),
    ("x" * 119 + "%s", 1),
    ("x" * 120 + "%s", 1),
    ("x" * 118 + "%s", "long"),
    ("%s" * 3, ("ab" * 30,) * 3),
]:
    try:
        print(repr(format % (arguments,)) if type(arguments) is list else repr(format % arguments))
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
