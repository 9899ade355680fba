# str.format and format(): fields, indexes, attributes, nested specifications, alignment, errors.
print("{} {} {}".format(1, "a", None), "{2} {0} {1}".format("a", "b", "c"), "{0}{0}".format("x"), "{a} {b}".format(a=1, b=2), "{} {a}".format(1, a=2), "{0[1]} {0[-1]}".format({"-1": "neg", 1: "one"}) if True else "")
print("{0.real} {1[k]} {1[k]!r:>6} {2.__class__.__name__}".format(5, {"k": "v"}, []), "{:>{w}.{p}f}|".format(3.14159, w=8, p=2), "{:{}{}}".format("x", "<", 4) + "|", "{{{}}}".format(1))
for spec in ["", "5", "<5", ">5", "^5", "*^7", ".1", "s", "05", "=5"]:
    for v in ["ab", 7, 2.5, True, None, [1]]:
        try:
            print(repr(format(v, spec)), end=" ")
        except Exception as e:
            print(type(e).__name__, e, end=" ")
    print()
for spec in ["d", "+d", "x", "#b", ",d", "_d", "n", "e", ".3e", "f", ".0f", "g", "%", "08.3f", "+.1f", "c", "10,.2f", "-5d", " d", "E", "G", "X"]:
    for v in [0, 65, -1234567, 0.5, 1e20]:
        try:
            print(format(v, spec), end=" ")
        except Exception as e:
            print(type(e).__name__, e, end=" ")
    print()
for f in [lambda: "{}".format(), lambda: "{0} {}".format(1, 2), lambda: "{} {0}".format(1, 2), lambda: "{a}".format(b=1), lambda: "{5}".format(1), lambda: "{0.nope}".format(1), lambda: "{0[x]}".format([1]), lambda: "{".format(1), lambda: "}".format(1), lambda: "{!x}".format(1), lambda: "{:{}}".format(1), lambda: "{0[}".format(1), lambda: "{a!}".format(a=1), lambda: "{:d}".format("x")]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
print("{:%H-%M}".format(type("D", (), {"__format__": lambda s, spec: spec})()), "{0:{1}}".format("z", ">3"), "{x.y.z}".format(x=type("A", (), {"y": type("B", (), {"z": 9})})), "{:,}".format(10 ** 12), "{!r}".format("q"), format(5), format("s"), format(None, ""), "{a[b][c]}".format(a={"b": {"c": 3}}))
print("{a} {b}".format_map({"a": 1, "b": 2}), "{x}".format_map(type("D", (dict,), {"__missing__": lambda s, k: k.upper()})()))
