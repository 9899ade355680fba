# gc-stress: 500
# All solutions for small boards, and the permutations behind them.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench

print(list(bench.permutations(range(3))))
print(list(bench.permutations("abcd", 2)))
print(list(bench.permutations([], None)), list(bench.permutations([1], 1)))
for n in range(1, 8):
    solutions = list(bench.n_queens(n))
    print(n, len(solutions), solutions[:6])
print(bench.bench_n_queens(5))
