# String methods that make another string.
print("Hello World".upper(), "Hello World".lower(), "hello world".title(), "hello World".capitalize(), "Hello".swapcase(), "ß".upper(), "ẞ".lower(), "Straße".casefold(), "ǆ".title(), "they're bill's".title())
print("abc".center(9) + "|", "abc".center(8, "*"), "abc".ljust(6) + "|", "abc".rjust(6, "-"), "42".zfill(5), "-42".zfill(5), "+".zfill(3), "abc".zfill(2))
print("  a b ".strip() + "|", "  a ".lstrip() + "|", " a  ".rstrip() + "|", "xxabcxx".strip("x"), "abcba".strip("ab"), "abc".lstrip("cba") + "|", "www.example.com".strip("cmow."), "\u2003a\u00a0".strip() + "|")
print("banana".replace("a", "o"), "banana".replace("a", "o", 2), "banana".replace("", "-"), "banana".replace("an", ""), "aaa".replace("aa", "b"), "abc".replace("x", "y"), "é€".replace("€", "e"), "abc".replace("b", "b", 0))
print(",".join(["a", "b", "c"]), "".join([]), "-".join("abc"), "x".join(["only"]), ", ".join(str(i) for i in range(4)), "é".join(["a", "€", "𝄞"]))
print("prefix-body".removeprefix("prefix-"), "body.txt".removesuffix(".txt"), "abc".removeprefix("x"), "abc".removesuffix(""))
print("a\tb\tc".expandtabs(), "a\tb".expandtabs(4), "01\t012\t0123".expandtabs(4), "abc".encode(), "é€".encode("utf-8"), "é".encode("latin-1"), "€".encode("ascii", "replace"), "€".encode("ascii", "ignore"), "€".encode("ascii", "xmlcharrefreplace"), "€".encode("ascii", "backslashreplace"))
table = str.maketrans({"a": "1", "b": None, ord("c"): "xyz"})
print("abcabd".translate(table), "hello".translate(str.maketrans("el", "ip")), "hello".translate(str.maketrans("el", "ip", "o")), "abc".translate({97: 98}))
print("{} {}".format(1, 2), "{1} {0}".format(1, 2), "{a}".format(a=5), "{a[b]} {c.real}".format(a={"b": 1}, c=2), "{:>5}|{!r}".format("a", "b"), "{{}}".format())
for f in [lambda: ",".join([1]), lambda: "".join(5), lambda: "a".center("x"), lambda: "a".center(3, "ab"), lambda: "€".encode("ascii"), lambda: "a".encode("nope"), lambda: "{}".format(), lambda: "{a}".format(), lambda: "{".format(), lambda: "a".replace("a"), lambda: "a".upper(1), lambda: "ab".join(["x", b"y"])]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
