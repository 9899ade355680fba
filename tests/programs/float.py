# gc-stress: 200
# Points on the sphere, normalised, and their maximum.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench

for n in [1, 2, 10, 1000, 5000]:
    print(n, bench.benchmark(n))
points = [bench.Point(i) for i in range(6)]
print(points)
for p in points:
    p.normalize()
print(points)
print(bench.maximize(points), bench.maximize(points) is points[0])
try:
    points[0].w = 1
except AttributeError as e:
    print(type(e).__name__)
