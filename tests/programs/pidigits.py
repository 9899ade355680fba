# gc-stress: 200
# Digits of pi, and the big integers on the way.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench

print("".join(map(str, bench.calc_ndigits(300))))
print(bench.calc_ndigits(0), bench.calc_ndigits(1))
steps = bench.gen_x()
z = (1, 0, 0, 1)
for _ in range(40):
    z = bench.compose(z, next(steps))
print(z)
print(bench.extract(z, 3), bench.extract(z, 4), bench.extract(z, 10 ** 20))
