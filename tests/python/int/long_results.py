# Sums, differences, products and quotients around digit boundaries: carries, cancellation down to inline numbers.
values = []
for n in range(1, 12):
    one = 1 << 30 * n
    for v in (one, one - 1, one + 1, one >> 1, one * one - one + n):
        values += [v, -v]
values += [0, 1, -1, 10, (1 << 30) - 1, (1 << 48) - 1, -(1 << 48), True]
check = 0
for a in values:
    for b in values:
        results = [a + b, a - b, a * b]
        if b:
            results += [a // b, a % b]
        for r in results:
            check = (check * 1000003 + r % 1000000007 + (r < 0) + r.bit_length()) % ((1 << 61) - 1)
        if a + b - b != a:
            print("wrong", a, b)
print(check)
x = 1 << 400
print(x - x, x - x + 5, (x + 3) - x, x - (1 << 47) - x, {x - x: "zero"}[0])
