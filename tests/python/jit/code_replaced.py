# A function's code replaced inside hot loops: compiled calls take the new one.
def first(x):
    return x + 1


def second(x):
    return x * 100


def third(x, y=7):
    return x - y


def call(x):
    return first(x)


codes = [first.__code__, second.__code__, third.__code__]
total = 0
for i in range(3000):
    if i % 700 == 699:
        first.__code__ = codes[(i // 700) % 2 + (i > 2000)]
        first.__defaults__ = (i,)
    total += call(i)
print(total)
for i in range(300):
    first.__code__ = codes[i % 2]
    for j in range(10):
        total += first(j)
print(total)
