# gc-stress: 20
# Topic: encodings and error handlers of str.encode and bytes.decode
names = ["utf-8", "UTF8", "utf_8", "U8", "latin-1", "iso-8859-1", "L1", "ascii", "US-ASCII", "646", "utf-16", "utf-16-le", "utf-16be", "utf-32", "utf-32-le",
    "utf-32-be", "utf-8-sig", "cp1252", "koi8-r", "iso8859-15", "nonsense"]
handlers = ["strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass", "xmlcharrefreplace", "nobody"]
texts = ["", "abc", "h\xe9llo", "\u20ac5", "\U0001f600x", "a\udc80b", "\ud800", "\udc41"]
datas = [b"", b"abc", b"h\xc3\xa9llo", b"\xff\xfea\x00", b"\x80\x81", b"ab\xe2\x82", b"\xed\xa0\x80", b"\x00\xd8a\x00", b"\xef\xbb\xbfx", bytearray(b"xyz\xe9")]

def show(e):
    if isinstance(e, UnicodeError) and len(e.args) == 5:
        return f"{type(e).__name__}: {e.encoding} {ascii(e.object)} {e.start} {e.end} {e.reason}"
    return f"{type(e).__name__}: {e}"

for name in names:
    for handler in handlers:
        line = []
        for text in texts:
            try:
                line.append(ascii(text.encode(name, handler)))
            except (UnicodeError, LookupError, TypeError) as e:
                line.append(show(e))
        print(name, handler, *line, sep=" | ")
        line = []
        for data in datas:
            try:
                line.append(ascii(data.decode(name, handler)))
            except (UnicodeError, LookupError, TypeError) as e:
                line.append(ascii(show(e)))
        print(name, handler, *line, sep=" | ")

for call in [
    lambda: "x".encode("rot13"),
    lambda: "x".encode(5),
    lambda: "x".encode("utf-8", 5),
    lambda: b"x".decode(None),
    lambda: str(b"\xe9", "latin-1"),
    lambda: str(b"\xe9", errors="replace"),
    lambda: str(5, "utf-8"),
    lambda: str("x", "utf-8"),
    lambda: bytes("\u20ac", "cp1252"),
    lambda: bytearray("\xe9", encoding="latin-1"),
    lambda: str(memoryview(b"abc"), "ascii"),
    lambda: "a\0b".encode("utf-8\0"),
]:
    try:
        print(ascii(call()))
    except (UnicodeError, LookupError, TypeError, ValueError) as e:
        print(show(e))
