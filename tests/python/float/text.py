# Shortest repr of floats, parsing, and format specifications.
values = [0.0, 1.0, -1.5, 0.1, 1 / 3, 2 / 3, 1e15, 1e16, 123456789012345680.0, 1e-4, 1e-5, 1.5e300, 5e-324, 1.7976931348623157e308, 100.0, 1e22, 1e23, 0.00012345]
for v in values:
    print(repr(v), f"{v:.3f} {v:e} {v:g} {v:.0f} {v:10.2f}| {v:<12}| {v:+.1e} {v:%} {v:,.2f} {v:_.1f} {v:.10g} {v:#.3g} {v!s:>24}")
    assert float(repr(v)) == v
for v in [float("inf"), float("-inf"), float("nan")]:
    print(v, f"{v:f} {v:e} {v:g} {v:8} {v:<8}| {v:+} {v:08.2f} {v:F} {v:%}")
for text in ["1", " 1.5 ", "-.5", "5.", "1e3", "1E-3", "+1_0.0_1", "inf", "-Infinity", "nan", "1e400", "1e-400", "0x1", "", "1.2.3", "1e", "--1", "_1"]:
    try:
        print(repr(text), float(text))
    except ValueError as e:
        print(e)
print("%f %e %g %.2f %10.3f|%-10.1f|%+g %05.1f %G %#.0f" % (1.5, 1234.5, 1e-10, 2.675, 3.14159, 2.5, 7.0, 1.25, 1e-10, 3.0))
print("%s %r" % (0.1, 1e100), str(1e5), str(123456.0), 1.0, -0.0, [1.0, 2.5], {"a": 1.0})
print(f"{3.14159:.{2}f} {2.5:{10}.{1}f} {1e6:,} {1234567.891:,.1f} {0.5:.0%} {1:.2f} {10**15:e}")
print(f"{1.5!r:>8} {0.1+0.2:.17g} {1e21:.0f} {12345.6789:012.3f} {-1.5:=10} {1.0:z.0f} {-0.001:z.1f} {-0.001:.1f}")
for spec in ["d", "x", "s", "c", ".q", ",.2e"]:
    try:
        print(format(1.5, spec))
    except ValueError as e:
        print(spec, e)
