import _sha2

for make in (_sha2.sha224, _sha2.sha256, _sha2.sha384, _sha2.sha512):
    h = make()
    print(h.name, h.digest_size, h.block_size, h.hexdigest())
    h.update(b"abc")
    copy = h.copy()
    h.update(bytearray(b"x" * 1000))
    h.update(memoryview(b"more"))
    print(h.hexdigest(), copy.hexdigest(), copy.digest()[:8])
    print(make(b"abc").digest() == copy.digest(), make(data=b"abc", usedforsecurity=False).hexdigest() == copy.hexdigest())
    for n in (55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 255, 256):
        print(n, make(b"a" * n).hexdigest()[:16], end=" ")
    print()

def attempt(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)

attempt(lambda: _sha2.sha256("text"))
attempt(lambda: _sha2.sha256(3))
attempt(lambda: _sha2.sha512().update())
attempt(lambda: _sha2.sha512().update("x"))
attempt(lambda: type(_sha2.sha512())())
attempt(lambda: type(_sha2.sha384()).__name__)
