# Strings: indexing, slicing, concatenation, repetition, comparison, membership, iteration, escapes.
s = "hello wörld €𝄞!"
print(s, len(s), s[0], s[-1], s[7], s[12], s[13], s[1:5], s[::-1], s[-3:], s[3:3], s[100:], s[::3], s[-1:-6:-2])
print(s + "?" + s[:2], "ab" * 3, 3 * "ab", "ab" * 0, "ab" * -1, "" * 5 == "", "a" "b" 'c')
print("a" < "b", "a" < "B", "abc" < "abd", "" < "a", "é" > "z", "𝄞" > "€", "a" == "a", "a" != "b", "abc" >= "ab")
print("ell" in s, "" in s, "xyz" not in s, "€" in s, "𝄞!" in s)
print([c for c in "añ€𝄞"], list("abc"), [ord(c) for c in "añ€𝄞"], "".join(chr(c) for c in [97, 241, 8364, 119070]))
print(repr("a'b"), repr('a"b'), repr("a'\"b"), repr("\n\t\\\r\x00\x1f\x7f\x80\xa0ÿ\u0300\u2028\ud800\U0001f600"))
print("tab\tnew\\n \x41 \u0042 \U00000043 \103 \N{LATIN SMALL LETTER A} \'\"", r"raw\n\t", "con\
tinued")
print("""triple
  "quoted" text""", '''it's''', sep="|")
print(ascii("aé€𝄞"), str(5), str([1, "a"]), str(None), str(b"x", "ascii"), str(), repr("é"))
for f in [lambda: s[100], lambda: "a" + 1, lambda: 1 + "a", lambda: "a" - "b", lambda: "a" < 1, lambda: 1 in "a", lambda: s["0"], lambda: chr(-1), lambda: chr(0x110000), lambda: ord("ab"), lambda: len(5)]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
try:
    s[0] = "x"
except TypeError as e:
    print(e)
print(hash("abc") == hash("a" + "bc"), {"ab": 1}["a" + "b"], "a".__add__("b"), "%s" % "x", "abc".__len__(), "abc".__contains__("b"))
