# gc-stress: 100
# Its unpackings bind locals that are thrown away, so the same function is run on sequences that watch.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench


class Watched:
    def __init__(self, size):
        self.size = size
        self.asked = 0

    def __iter__(self):
        for i in range(self.size):
            self.asked += 1
            yield i


print(bench.bench_tuple_unpacking(20) >= 0, bench.bench_list_unpacking(20) >= 0, bench.bench_all(2) >= 0)
right = Watched(10)
print(bench.do_unpacking(3, right) >= 0, right.asked)
print(bench.do_unpacking(2, "abcdefghij") >= 0, bench.do_unpacking(2, range(10)) >= 0)
for size in [9, 11]:
    for wrong in [tuple(range(size)), list(range(size)), Watched(size)]:
        try:
            bench.do_unpacking(5, wrong)
        except ValueError as e:
            print(type(wrong).__name__, str(e).split(" (")[0], getattr(wrong, "asked", ""))
try:
    bench.do_unpacking(1, 5)
except TypeError as e:
    print(e)
