# itertools.
from itertools import accumulate, batched, chain, combinations, combinations_with_replacement, compress, count, cycle, dropwhile, filterfalse, groupby, islice, pairwise, permutations, product, repeat, starmap, takewhile, tee, zip_longest

print(list(accumulate([1, 2, 3])), list(accumulate([1, 2, 3], lambda a, b: a * b, initial=10)), list(chain("ab", [1])), list(chain.from_iterable(["ab", "c"])), list(combinations("abc", 2)), list(combinations_with_replacement("ab", 2)), list(compress("abcd", [1, 0, 1, 0])))
print(list(islice(count(5), 3)), list(islice(count(1, 0.5), 3)), list(islice(cycle("ab"), 5)), list(dropwhile(lambda v: v < 3, [1, 3, 2])), list(takewhile(lambda v: v < 3, [1, 3, 2])), list(filterfalse(lambda v: v % 2, range(5))), [(k, list(g)) for k, g in groupby("aabccc")], [(k, len(list(g))) for k, g in groupby(range(10), key=lambda v: v // 4)])
print(list(islice("abcdef", 2)), list(islice("abcdef", 1, 5, 2)), list(islice("abc", 1, None)), list(pairwise("abcd")), list(permutations([1, 2, 3], 2)), len(list(permutations("abcd"))), list(product("ab", [1, 2])), list(product([0, 1], repeat=2)), list(product()), list(repeat("x", 3)), list(starmap(pow, [(2, 3), (3, 2)])), list(zip_longest("abc", "x", fillvalue="-")), list(batched("abcdefg", 3)))
a, b = tee(iter([1, 2, 3]))
print(next(a), list(b), list(a), next(count()), repeat(5), repeat(5, 2), count(3), count(1, 2))
for f in [lambda: list(islice([1], -1)), lambda: list(combinations([1], -1)), lambda: list(accumulate(5)), lambda: list(chain(5)), lambda: product(5), lambda: list(batched([1], 0)), lambda: tee([], -1), lambda: count("a"), lambda: groupby(), lambda: next(chain()), lambda: list(starmap(pow, [5])), lambda: repeat()]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
total = 0
for i in islice(count(), 3000):
    total += i
for x, y in product(range(50), range(50)):
    total += x * y
for c in islice(cycle([1, 2, 3]), 3000):
    total -= c
for p in pairwise(range(2500)):
    total += p[1] - p[0]
for k, g in groupby(range(3000), lambda v: v // 100):
    total += k * sum(g)
for a, b, c in combinations(range(16), 3):
    total += a * b + c
print(total, sum(accumulate(range(2500))), sum(chain(range(1000), repeat(2, 1000))), sum(takewhile(lambda v: v < 2000, count())))
g = groupby("aab")
k1, g1 = next(g)
k2, g2 = next(g)
print(k1, list(g1), k2, list(g2), len(list(permutations(range(6)))), sum(1 for p in permutations(range(5)) if p[0] < p[-1]))
