"""Results that a call's end refuses, in compiled loops."""
class I:
    def __init__(self, x): self.x = x; return self.__dict__ and KEEP[x % 2]
KEEP = [None, None]
def run(n):
    bad = 0
    for i in range(n):
        if i == 60: KEEP[1] = 7
        try: I(i)
        except TypeError as error: bad += 1; text = str(error)
    return bad, text
print(run(120))
class M:
    def __mul__(self, o): return NotImplemented
def products(n):
    m, bad = M(), 0
    for i in range(n):
        try: m *= 2
        except TypeError as error: bad += 1; text = str(error)
    return bad, text
print(products(100))
