# Subclasses of dict, set and frozenset with attributes and overridden methods.
class D(dict):
    def __getitem__(self, k):
        log.append(k)
        return super().__getitem__(k)

    def __setitem__(self, k, v):
        super().__setitem__(k, v * 2)

    def __missing__(self, k):
        return f"missing {k}"

    def __contains__(self, k):
        return k == "virtual" or super().__contains__(k)


log = []
d = D(a=1)
d["b"] = 5
d.name = "named"
d.update(c=3)
print(d, d["a"], d["zz"], d.get("zz"), d.get("a"), "virtual" in d, "a" in d, log, d.name, d.__dict__, len(d), list(d), {**d}, dict(d) == d, type(d.copy()).__name__, type(d | {}).__name__, d.setdefault("e", 1), d.pop("e"), isinstance(d, dict), D.fromkeys("xy", 1))
print("%(a)s %(q)s" % d, "{a}".format(**d), "{zz}".format_map(d), sorted(d.items()), repr(d), d == {"a": 1, "b": 10, "c": 3})


class Attr(dict):
    def __getattr__(self, k):
        try:
            return self[k]
        except KeyError:
            raise AttributeError(k) from None

    def __setattr__(self, k, v):
        self[k] = v


o = Attr(x=1)
o.y = 2
print(o.x, o.y, o, hasattr(o, "zz"), o.__dict__)


class Ordered(dict):
    def __iter__(self):
        return iter(sorted(super().keys()))


q = Ordered(b=1, a=2)
print(list(q), [k for k in q], sorted(q.values()), q)


class S(set):
    def add(self, v):
        super().add(str(v))


s = S([1])
s.add(2)
s.note = "n"
print(sorted(s, key=str), s.note, type(s | {5}).__name__, type(s.copy()).__name__, "2" in s, len(s), s == {1, "2"}, isinstance(s, set))


class FS(frozenset):
    extra = 1


fs = FS([1, 2])
fs.attr = 3
print(fs == {1, 2}, hash(fs) == hash(frozenset([1, 2])), fs.attr, {fs: 1}[frozenset([2, 1])], type(fs | {3}).__name__)


class Count(dict):
    __slots__ = ("hits",)

    def __init__(self):
        self.hits = 0

    def __getitem__(self, k):
        self.hits += 1
        return dict.get(self, k, 0)


c = Count()
for i in range(3000):
    c[i % 11] += i
    if i == 2000:
        Count.__missing__ = lambda self, k: -1
print(sorted(c.items())[:3], c.hits, sum(c.values()))
total = 0
for i in range(3000):
    total += d["a"] + (("virtual" in d) if i % 2 else len(o)) + o.x
    log.clear()
print(total)
