# gc-stress: 200
# Energies and final positions of the planets.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench

bench.offset_momentum(bench.BODIES["sun"])
print(bench.report_energy())
for steps in [1, 9, 90, 900]:
    bench.advance(0.01, steps)
    print(steps, bench.report_energy())
bench.advance(-0.005, 40)
for name, (position, velocity, mass) in bench.BODIES.items():
    print(name, position, velocity, mass)
print(len(bench.PAIRS))
print(bench.bench_nbody(1, "sun", 50) >= 0, bench.report_energy())
