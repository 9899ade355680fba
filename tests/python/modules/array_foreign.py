from array import array as A, _array_reconstructor as make

def attempt(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)

# Characters of other machines: text that is decoded, or refused.
for code in "wui":
    for form, number in (("utf-16-le", 18), ("utf-16-be", 19), ("utf-32-le", 20), ("utf-32-be", 21)):
        attempt(lambda: make(A, code, number, "aé€😀b".encode(form)))
        attempt(lambda: make(A, code, number, "aé€x".encode(form)))
for number, items in (
    (18, b"a\0\x00\xd8"), (18, b"a\0\x00\xd8b\0c\0"), (18, b"\x00\xdca\0"), (19, b"\xd8\0\0a"), (18, b"\xff\xfea\0"), (19, b"\xff\xfea\0"),
    (18, b"abc"), (20, b"abc"), (20, b"abcde"), (21, b"abcd"), (21, b"\0\x11\0\0\0\0\0a"), (21, b"\0\0\xd8\0\0\0\0a"), (18, b""), (21, b""),
):
    attempt(lambda: make(A, "w", number, items))
for number in range(2, 18):
    attempt(lambda: make(A, "i", number, b"abc"))
    attempt(lambda: make(A, "i", number, b"abcdefgh").tolist())
    attempt(lambda: make(A, "d", number, bytes(15) + b"@").tolist())

# What is no text.
for code in "wu":
    for items in ([0xd800], [0x110000], [0xfeff, 97], [97, 0xfeff], [0xfffe0000, 0x61000000]):
        a = A(code)
        a.frombytes(b"".join(item.to_bytes(4, "little") for item in items))
        attempt(lambda: a)
        attempt(lambda: ascii(a.tounicode()))
        attempt(lambda: [ascii(item) for item in a])

# Repetition.
a = A("h", [1, 2])
for n in (0, 1, 3, -1):
    print(a * n, n * a)
    b = A("h", [5])
    b *= n
    print(b)
    c = A("q")
    c *= n
    print(c * n)
