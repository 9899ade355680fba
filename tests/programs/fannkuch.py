# gc-stress: 100
# The most flips of any permutation, for each size.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench

for n in range(3, 9):
    print(n, bench.fannkuch(n))
