# gc-stress: 500
# The spectral norm for some sizes, and the vectors it comes from.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench


def norm(n, rounds):
    u = [1] * n
    for _ in range(rounds):
        v = bench.eval_AtA_times_u(u)
        u = bench.eval_AtA_times_u(v)
    vBv = vv = 0
    for ue, ve in zip(u, v):
        vBv += ue * ve
        vv += ve * ve
    return (vBv / vv) ** 0.5, u, v


print([bench.eval_A(i, j) for i in range(4) for j in range(4)])
for n in [1, 2, 10, 40]:
    print(n, norm(n, 6)[0])
value, u, v = norm(30, 3)
print(value, u, v)
print(bench.bench_spectral_norm(0) >= 0)
