# String methods that look for something.
s = "the cat sat on the mat, the end"
print(s.find("the"), s.find("the", 1), s.find("the", 16, 20), s.find("dog"), s.find(""), s.find("", 5), s.find("", 100), s.rfind("the"), s.rfind("the", 0, 20), s.rfind(""))
print(s.index("cat"), s.rindex("at"), s.count("the"), s.count("at", 6), s.count(""), "aaaa".count("aa"), "".count(""), "é€é".count("é"))
print(s.startswith("the"), s.startswith("cat", 4), s.startswith(("x", "t")), s.endswith("end"), s.endswith(("a", "b")), s.endswith(""), s.startswith("", 100), s.startswith("end", -3))
print("a-b-c".partition("-"), "a-b-c".rpartition("-"), "abc".partition("-"), "abc".rpartition("-"))
print("a,b,,c".split(","), " a  b ".split(), " a  b ".split(" "), "a,b,c".split(",", 1), "a,b,c".rsplit(",", 1), "".split(), "".split(","), "a b c".split(None, 1), "  a b  c ".rsplit(None, 1))
print("a\nb\r\nc\rd\x0be\u2028f".splitlines(), "a\nb\n".splitlines(True), "".splitlines(), "\n".splitlines(), "a\n\nb".splitlines())
print("abc".isalpha(), "ab1".isalnum(), "123".isdigit(), "½".isnumeric(), "²".isdigit(), "²".isdecimal(), "٣".isdecimal(), " \t\n".isspace(), "".isalpha(), "aB".islower(), "ab1".islower(), "AB".isupper(), "Ab Cd".istitle(), "AbC".istitle(), "x1".isidentifier(), "1x".isidentifier(), "é".isascii(), "a\n".isprintable(), "class".isidentifier())
for f in [lambda: s.index("dog"), lambda: s.rindex("dog"), lambda: "a".split(""), lambda: "a".find(1), lambda: "a".startswith(1), lambda: "a".startswith(["a"]), lambda: "a".partition(""), lambda: "a".count(), lambda: "a".nope()]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
hits = 0
for i in range(2500):
    if ("key%d" % (i % 50)).endswith("7"):
        hits += 1
print(hits)
