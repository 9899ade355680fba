# Formatting with %.
print("%s %r %a %d %i %f %.2f %e %g %x %o %c %c %%" % ("s", "r", "é", 1, 2, 1.5, 2.345, 12345.678, 0.00001, 255, 8, "c", 65))
print("[%5s] [%-5s] [%5d] [%-5d] [%05d] [%+d] [% d] [%5.1f] [%-8.2f] [%#x] [%#o] [%X] [%.3s] [%10.2e]" % ("a", "b", 1, 2, 3, 4, 5, 6.66, 7.777, 8, 9, 171, "abcdef", 12345.0))
print("%(a)s %(b)d %(a)r" % {"a": "x", "b": 5}, "%*d|%-*d|%.*f" % (5, 1, 4, 2, 1, 3.14159), "%s" % (1,), "%s" % [1, 2], "%s" % {"a": 1}, "%s %s" % ("a", (1, 2)), "%s" % None)
print("%d %d" % (True, 3.99), "%x" % -255, "%d" % 10 ** 25, "%5.3d|%-6.2d|%06.2f" % (5, 5, 1.005), "%g %g %g" % (1e5, 1e6, 1e-5), "%s" % 1.0, "%ld %hd" % (1, 2))
print(b"%d %s %r %b" % (1, b"x", "y", b"z"), "%%" % (), "%5%" % () if False else "", "no args" % (), "%r" % ("t",), "%s" % "a%sb", "%c" % "€")
for f in [lambda: "%d" % "x", lambda: "%s %s" % 1, lambda: "%s" % (1, 2), lambda: "%z" % 1, lambda: "%" % 1, lambda: "%(a)s" % 5, lambda: "%(a)s" % {}, lambda: "%c" % "ab", lambda: "%c" % -1, lambda: "%x" % 1.5, lambda: "%f" % "a", lambda: "%(a" % {"a": 1}, lambda: "%*d" % ("x", 1), lambda: "x" % 1, lambda: "%d" % None, lambda: "%i" % 1j]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


class I:
    def __index__(self):
        return 17

    def __str__(self):
        return "I!"


print("%s %x" % (I(), I()))
total = 0
for i in range(2500):
    total += len("%d-%s-%5.1f-%r" % (i, "k", i / 3, i % 10))
print(total)
