# collections: deque, namedtuple, Counter, defaultdict, OrderedDict, ChainMap, UserDict, abc.
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
import collections.abc

d = deque([1, 2, 3], maxlen=4)
d.append(4)
d.append(5)
d.appendleft(0)
print(d, d.pop(), d.popleft(), d, len(d), d[0], d[-1], 3 in d, list(reversed(d)), d.maxlen)
d.rotate(1)
d.extend([7, 8])
d.extendleft([9])
print(d, d.count(9), d.index(2) if 2 in d else None, d.copy() == d, bool(deque()), deque("ab") + deque("c"), deque("ab") * 2)
q = deque(range(5))
del q[1]
q.insert(2, "i")
q.remove(4)
q.reverse()
q[0] = "first"
print(q, q == deque(["first"]), deque([1]) < deque([2]))
P = namedtuple("P", "x y z", defaults=[0])
p = P(1, y=2)
print(p, p.x, p[1], p._fields, p._asdict(), p._replace(x=9), P._make([4, 5, 6]), p == (1, 2, 0), *p, P.__doc__, isinstance(p, tuple), P._field_defaults, hash(p) == hash((1, 2, 0)))
c = Counter("abracadabra")
print(c.most_common(2), c["a"], c["zz"], sum(c.values()), c + Counter("ab"), c - Counter("aaa"), Counter(a=1) | Counter(a=3), Counter(a=2) & Counter(a=1), sorted(c.elements())[:4], Counter([1, 1]).total())
c.update("zz")
c.subtract("a")
print(c["z"], c["a"], sorted(c), dict(Counter("aab")), Counter("ab") == Counter("ba"))
dd = defaultdict(list)
for k, v in [("a", 1), ("b", 2), ("a", 3)]:
    dd[k].append(v)
print(dd, dd["new"], dd.get("none"), len(dd), defaultdict(int, a=5)["q"], dd.default_factory)
od = OrderedDict([("a", 1), ("b", 2), ("c", 3)])
od.move_to_end("a")
od.move_to_end("c", last=False)
print(od, od.popitem(), od.popitem(last=False), od == {"b": 2}, list(reversed(OrderedDict(a=1, b=2))), OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1))
cm = ChainMap({"a": 1}, {"a": 2, "b": 3})
print(cm["a"], cm["b"], len(cm), sorted(cm), cm.new_child({"a": 0})["a"], cm.maps)


class U(UserDict):
    def __setitem__(self, k, v):
        super().__setitem__(k.lower(), v)


u = U(A=1)
u["B"] = 2
print(u, u.data, UserList([1, 2]) + [3])
print(isinstance([], collections.abc.Sequence), isinstance({}, collections.abc.Mapping), isinstance((x for x in ()), collections.abc.Generator), isinstance(5, collections.abc.Hashable), isinstance([], collections.abc.Hashable), issubclass(set, collections.abc.MutableSet), isinstance(len, collections.abc.Callable), isinstance("a", collections.abc.Iterable))
for f in [lambda: deque().pop(), lambda: deque(maxlen=-1), lambda: P(1), lambda: P(1, 2, 3, 4), lambda: namedtuple("B", "a a"), lambda: namedtuple("B", "class"), lambda: defaultdict(int)[[]], lambda: defaultdict(5), lambda: deque([1])[3], lambda: OrderedDict().popitem(), lambda: P(1, 2)._replace(q=1), lambda: deque([1]).remove(5)]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
queue = deque()
total = 0
for i in range(4000):
    queue.append(i)
    if i % 3:
        total += queue.popleft()
pts = [P(i, i + 1) for i in range(50)]
for i in range(3000):
    x, y, z = pts[i % 50]
    total += pts[i % 50].x * 2 + y + z
    dd[i % 5].append(i)
    c[i % 7] += 1
print(total, len(queue), len(dd[3]), c[3])
