# Big ints with 0, 1 and their relatives: neutral elements decide, whatever kind of int they are.
class Int(int):
    pass


big = 3**200
for x in (big, -big, Int(big), Int(-big)):
    for y in (0, 1, -1, False, True, Int(0), Int(1), 2**64, -(2**64)):
        results = [x + y, y + x, x - y, y - x, x * y, y * x]
        print([type(r).__name__ for r in results], [r % 1000003 for r in results])
        print(results == [big * (1 if x > 0 else -1) + y, y + int(x), int(x) - y, y - int(x), int(x) * int(y), int(y) * int(x)])
x = Int(big)
x.name = "named"
y = x + 0
print(type(y), hasattr(y, "name"), y == x)
