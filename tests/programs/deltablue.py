# gc-stress: 500
# The program's own checks print when they fail; besides, the state of its constraint graphs.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench


def state(variable):
    return (variable.name, variable.value, variable.mark, variable.stay, variable.walk_strength.name,
            [type(c).__name__ for c in variable.constraints], type(variable.determined_by).__name__)


for n in [10, 100]:
    bench.chain_test(n)
    print(n, bench.planner.current_mark)
    bench.projection_test(n)
    print(n, bench.planner.current_mark)
bench.delta_blue(20)

bench.planner = bench.Planner()
scale, offset = bench.Variable("scale", 10), bench.Variable("offset", 1000)
source, result = bench.Variable("source", 5), bench.Variable("result", 7)
bench.StayConstraint(source, bench.Strength.NORMAL)
bench.ScaleConstraint(source, scale, offset, result, bench.Strength.REQUIRED)
for v in [scale, offset, source, result]:
    print(state(v))
bench.change(source, 17)
print(state(source), state(result))
bench.change(result, 1050)
print(state(source), state(result), source)
edit = bench.EditConstraint(result, bench.Strength.PREFERRED)
plan = bench.planner.extract_plan_from_constraints([edit])
print(len(plan), [type(c).__name__ for c in plan])
edit.destroy_constraint()
for v in [scale, offset, source, result]:
    print(state(v))
print([s.next_weaker().name for s in [bench.Strength.REQUIRED, bench.Strength.NORMAL]])
print(bench.Strength.strongest(bench.Strength.NORMAL, bench.Strength.WEAKEST).name)
