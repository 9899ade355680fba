# bytes and bytearray: literals, indexing, slices, methods, decoding.
b = b"hello\x00\xff\n'"
print(b, len(b), b[0], b[-1], b[1:4], b[::-1], b + b"x", b * 2, b == b"hello", b < b"i", 104 in b, b"ell" in b, list(b[:3]))
print(bytes(3), bytes([1, 2, 255]), bytes("aé", "utf-8"), bytes(range(5)), bytes(b"x"), b"%d %s %x" % (5, b"x", 255), bytes.fromhex("00 ff 7f"), b"\x01\xab".hex(), b"abcd".hex("-", 2))
print(b"a,b,c".split(b","), b" a b ".split(), b"abc".find(b"c"), b"abc".replace(b"b", b"--"), b"-".join([b"a", b"b"]), b"ABC".lower(), b"abc".upper(), b" x ".strip(), b"abc".startswith(b"ab"), b"aaa".count(b"a"), b"abc".index(98))
print(b"caf\xc3\xa9".decode(), b"\xff\xfe".decode("latin-1"), b"a\xffb".decode("utf-8", "replace"), b"a\xffb".decode("ascii", "ignore"), b"\xff".decode("utf-8", "backslashreplace"), b"\xff".decode("utf-8", "surrogateescape") == "\udcff")
print(hash(b"ab") == hash(bytes([97, 98])), {b"a": 1}[b"a"], b"a" == "a", repr(b"\\\"'"), br"\n", b"a" b"b")
a = bytearray(b"abc")
a.append(100)
a += b"ef"
a[0] = 65
a[1:3] = b"XYZ"
del a[-1]
a.extend([1, 2])
a.insert(0, 33)
print(a, len(a), a.pop(), a.pop(0), a.reverse(), a, bytes(a), a == bytes(a), a.find(b"X"), a[2:4], type(a[2:4]))
for f in [lambda: b[100], lambda: bytes([256]), lambda: bytes(-1), lambda: b"a" + "b", lambda: bytes("a"), lambda: b"\xff".decode(), lambda: b"\xc3".decode("utf-8"), lambda: b"\x80".decode("ascii"), lambda: bytearray(b"a").append(256), lambda: bytes.fromhex("0g"), lambda: b"a".index(b"z"), lambda: "a" in b, lambda: b"a" < "b", lambda: b"a".join(["x"])]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
try:
    b[0] = 1
except TypeError as e:
    print(e)
m = memoryview(bytearray(b"abcdef"))
m[1] = 90
print(m[0], m[1:3].tobytes(), len(m), bytes(m), m.readonly)
total = 0
data = bytes(range(256)) * 10
for x in data:
    total += x ^ 0x55
print(total, sum(data), data.count(7))
