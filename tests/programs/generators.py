# gc-stress: 500
# Traversal of trees by nested generators, whole and in part.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench

for n in [0, 1, 2, 3, 10, 1000]:
    tree = bench.tree(range(n))
    print(n, tree is None, [] if tree is None else list(tree)[:12])
tree = bench.tree(range(0, 6000, 3))
print(sum(tree), len(list(tree)), list(tree) == list(range(0, 6000, 3)))


def depth(tree):
    return 0 if tree is None else 1 + max(depth(tree.left), depth(tree.right))


print(depth(tree), tree.value, tree.left.value, tree.right.value)
walk = iter(tree)
print([next(walk) for _ in range(5)])
walk.close()
print(list(walk))
walks = [iter(tree), iter(tree.left), iter(tree)]
print([next(w) for _ in range(4) for w in walks])
for value in tree:
    if value > 3000:
        print("stopped at", value)
        break
bench.bench_generators(0)
