# f-strings: expressions, conversions, nested specifications, debugging form, quotes, line breaks.
name, n, x = "Bob", 42, 3.14159
print(f"{name} {n:>5} {x:.2f} {name!r:>8} {name!s} {'é'!a} {n + 1} {n:#x} {{braces}} {{{n}}}")
print(f"{n=} {x=:.1f} {name=!s} {n + 1 = } {name.upper()=}", f"{'nested ' + f'{n}'}", f"{n:{'>'}{10}}", f"{x:{n // 7}.{1 + 1}f}|", f"{name:{'*'}^{n // 4}}")
print(f'{"double"}' f"{'single'}" " plain " f"{1}{2}" rf"\n{n}", fr"raw\{n}", f"""multi
{n}
line""")
print(f"{f"{f"{n}"}"} {"quotes inside"} {[i for i in range(3)]} {(lambda v: v * 2)(4)} { {'a': 1}['a'] } {n if n > 3 else 0} {name[0]} {name[-1:]} {', '.join('abc')}")
print(f"{n!r:^6}|{None}|{True:>6}|{[1, 'a']!s:>10}|{'':5}|{'abc':.2}|{'abc':5.1}|{'x':<3}{'y':>3}{'z':^3}|")
print(f"{n:d} {n:,} {1234567:_} {255:08b} {-5:+} {5: } {1e10:g} {0.1:%} {12:c}|{65:c}", f"{n :>{6}}", f"{
    n
    + 1
}")


class F:
    def __format__(self, spec):
        return f"[{spec}]"

    def __str__(self):
        return "str"

    def __repr__(self):
        return "repr"


o = F()
print(f"{o} {o:abc} {o!s} {o!r:>6} {o:{n}} {o=}", f"{o!r}" f"{o:%Y-%m}", f"{3:{1}}", f"\N{BULLET} {'\n'.join('ab')}")
log = []


def e(v):
    log.append(v)
    return v


print(f"{e(1)}{e(2):{e(3)}}{e(4)}", log)
for bad in ["f'{}'", "f'{a b}'", "f'{'", "f'}'", "f'{x!z}'", "f'{x!}'", "f'{lambda x: 1}'"]:
    try:
        compile(bad, "s", "eval")
        print("compiled")
    except SyntaxError as err:
        print(bad, "|", type(err).__name__)
for f in [lambda: f"{n:q}", lambda: f"{name:d}", lambda: f"{[]:5}", lambda: f"{x:{'zz'}}", lambda: f"{undefined}"]:
    try:
        f()
    except Exception as err:
        print(type(err).__name__, err)
total = 0
for i in range(3000):
    total += len(f"{i}:{i * 0.5:.1f}:{name}{i % 7:>3}")
print(total)
