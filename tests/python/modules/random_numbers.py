import _random
import random
import sys

r = random.Random(42)
print([r.random() for _ in range(5)])
print([r.getrandbits(k) for k in (0, 1, 5, 31, 32, 33, 64, 65, 100, 1000)])
print([r.randrange(1000) for _ in range(10)], [r.randint(-5, 5) for _ in range(10)])
items = list(range(20))
r.shuffle(items)
print(items, r.sample(items, 5), r.choice(items), r.choices("abc", k=6))
print(r.gauss(0, 1), r.normalvariate(0, 1), r.uniform(1, 2), r.expovariate(2))
print(r.triangular(), r.betavariate(1, 2), r.gammavariate(2, 3), r.paretovariate(3))
print(r.randbytes(9), r.vonmisesvariate(1, 2), r.weibullvariate(1, 2), r.lognormvariate(0, 1))
print(r.binomialvariate(100, 0.25))

for seed in (0, 1, -1, 2**32, 2**64 + 3, -(10**50), 3.0, "text", b"bytes", bytearray(b"x"), True):
    r = random.Random(seed)
    print(repr(seed), r.random(), r.getrandbits(70), r.randrange(10**20))

raw = _random.Random(7)
print(raw.random(), raw.getrandbits(40))
state = raw.getstate()
print(len(state), state[:4], state[-1])
again = [raw.random() for _ in range(700)]
raw.setstate(state)
print(again == [raw.random() for _ in range(700)], again[-1], raw.getstate()[-1])
raw.seed((1, 2))
other = _random.Random()
other.seed(hash((1, 2)) & (2**(1 + sys.maxsize.bit_length()) - 1))
print(raw.random() == other.random())
a, b = _random.Random(), _random.Random(None)
print(a.random() != b.random())

random.seed(5)
saved = random.getstate()
first = random.random(), random.randint(1, 6)
random.setstate(saved)
print(first, first == (random.random(), random.randint(1, 6)), saved[0], len(saved[1]))

class Fixed(random.Random):
    def random(self):
        return 0.25

f = Fixed(3)
print(f.random(), f.uniform(0, 8), f.randrange(10))
print(0 <= random.SystemRandom().random() < 1)

def attempt(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)

attempt(lambda: raw.getrandbits(-1))
attempt(lambda: raw.getrandbits("1"))
attempt(lambda: raw.getrandbits(2**70))
attempt(lambda: raw.setstate([1]))
attempt(lambda: raw.setstate((1, 2)))
attempt(lambda: raw.setstate(tuple([1] * 624 + [700])))
attempt(lambda: raw.setstate(tuple(["1"] * 625)))
attempt(lambda: raw.setstate(tuple([-1] * 625)))
attempt(lambda: raw.setstate(tuple([2**64] * 625)))
attempt(lambda: raw.seed([]))
attempt(lambda: raw.seed(1, 2))
attempt(lambda: _random.Random(1, 2))
attempt(lambda: _random.Random(x=1))
attempt(lambda: random.Random([]))
attempt(lambda: random.Random(1).choice([]))
attempt(lambda: random.Random(1).randrange(0))
