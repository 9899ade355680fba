# Dicts: construction, lookup, order, deletion, comparison, merging, repr.
d = {"a": 1, "b": 2, 3: "three", None: None, (1, 2): "t", 2.5: "f"}
print(d, len(d), d["a"], d[3], d[3.0], d[None], d[1, 2], "a" in d, "z" in d, 3 not in d)
d["c"] = 5
d["a"] = 10
del d["b"]
d["b"] = "again"
print(d, list(d), list(d.values()), list(d.items())[:2])
print(dict(), dict(a=1, b=2), dict([("x", 1), ("y", 2)]), dict({"q": 1}, r=2), dict(zip("ab", [1, 2])), {**{"a": 1}, "b": 2, **{"a": 3}}, dict.fromkeys("abc"), dict.fromkeys([1, 2], 0))
print({"a": 1, "b": 2} == {"b": 2, "a": 1}, {"a": 1} == {"a": 1.0}, {} == {}, {"a": 1} != {"a": 2}, {1: "a", True: "b", 1.0: "c"})
print({"a": 1} | {"a": 2, "b": 3}, {"x": [1, {"y": ()}]}, bool({}), bool({0: 0}))
d = {"a": 1}
d |= {"b": 2}
d |= [("c", 3)]
d["self"] = d
print(d)
for f in [lambda: {}["k"], lambda: {}[(1, 2)], lambda: {[]: 1}, lambda: {}[{}], lambda: {"a": 1} < {"b": 2}, lambda: {} + {}, lambda: dict(5), lambda: dict([1, 2]), lambda: dict([(1, 2, 3)]), lambda: dict(["ab", "cd"]), lambda: {} | [1], lambda: {**5}, lambda: {{1}: 2}]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
try:
    del d["nope"]
except KeyError as e:
    print(repr(e), str(e), e.args)


class Key:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        print("eq", self.n, other.n)
        return self.n == other.n

    def __hash__(self):
        return 7


k = {Key(1): "one", Key(2): "two"}
print(k[Key(2)], Key(3) in k, len(k))
k[Key(1)] = "uno"
print(list(k.values()))
