# Dict methods and views.
d = {"a": 1, "b": 2, "c": 3}
print(d.get("a"), d.get("z"), d.get("z", 0), d.setdefault("a", 9), d.setdefault("d", 4), d.pop("d"), d.pop("zz", "none"), d.popitem(), d)
d.update({"x": 10})
d.update([("y", 11)], z=12)
d.update()
print(d, d.copy() == d, d.copy() is d)
keys, values, items = d.keys(), d.values(), d.items()
print(keys, values, items, len(keys), "a" in keys, 10 in values, ("a", 1) in items, ("a", 2) in items)
d["late"] = 1
print(keys, list(reversed(d)), list(reversed(d.items()))[0], list(reversed(d.values()))[-1])
print(sorted(d.keys() & {"a", "x", "q"}), sorted(d.keys() | {"q"}), sorted(d.keys() - {"a"}), sorted({"a": 1}.items() ^ {"b": 2}.items()), d.keys() >= {"a"}, d.keys().isdisjoint({"q"}), {1: 2}.keys() == {1}, {1: 2}.items() == {(1, 2)})
it = iter({1: "a", 2: "b"}.items())
print(next(it), next(it), next(it, None), type(keys).__name__, type(iter(d)).__name__)
d.clear()
print(d, keys, list(keys))
for f in [lambda: d.popitem(), lambda: d.pop("x"), lambda: d.get(), lambda: d.update(5), lambda: d.update([1]), lambda: d.fromkeys(5), lambda: keys[0], lambda: d.keys() + d.keys(), lambda: d.setdefault([], 1), lambda: d.get({})]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


class Mapping:
    def keys(self):
        return ["p", "q"]

    def __getitem__(self, key):
        return key * 2


print(dict(Mapping()), {**Mapping()}, (lambda **kw: kw)(**Mapping()))
d.update(Mapping())
print(d)


class Missing(dict):
    def __missing__(self, key):
        return "no " + key


m = Missing(a=1)
print(m["a"], m["b"], m.get("b"), "b" in m, m)
