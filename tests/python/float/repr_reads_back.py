# Powers of two: the floats below are denser than those above, so that the nearest short text may be another float's.
print(2.0**122, -2.0**122, [2.0**-1017], str(2.0**-24), f"{2.0**-957}")
print([p for p in range(-1074, 1024) if float(repr(2.0**p)) != 2.0**p])
for p in range(-1060, 1024, 13):
    print(p, 2.0**p)
