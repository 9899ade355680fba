# Every kind of attribute access in one hot loop after another.
class Desc:
    def __get__(self, o, c):
        return 1 if o is None else o.base + 1

    def __set__(self, o, v):
        o.base = v


class K:
    cls_attr = 10
    desc = Desc()

    def __init__(self):
        self.base = 0
        self.many = 0

    @property
    def prop(self):
        return self.base * 2

    @prop.setter
    def prop(self, v):
        self.base = v // 2

    @classmethod
    def cm(cls):
        return cls.cls_attr

    @staticmethod
    def sm(x):
        return x + 1

    def meth(self, d=1):
        self.base += d
        return self


k = K()
t = 0
for i in range(3000):
    k.prop = i
    t += k.prop + k.desc + K.desc + k.cls_attr + k.cm() + K.cm() + k.sm(i) + k.meth().meth(2).base
    k.desc = i
print(t, k.__dict__)
bound, unbound = k.meth, K.meth
for i in range(3000):
    bound()
    unbound(k, 2)
    t += k.base
print(t)
objs = []
for i in range(120):
    o = K()
    for j in range(i % 8):
        setattr(o, "attr%d" % j, j)
    objs.append(o)
for r in range(40):
    for o in objs:
        o.many += len(o.__dict__)
        t += o.many
        if hasattr(o, "attr3"):
            t += o.attr3
print(t)
wide = K()
for i in range(60):
    setattr(wide, "f%d" % i, i)
names = ["f%d" % i for i in range(60)]
for i in range(3000):
    n = names[i % 60]
    setattr(wide, n, getattr(wide, n) + 1)
    t += wide.f7 + wide.f59
print(t, len(wide.__dict__), wide.f0)
for i in range(2500):
    o = objs[i % 120]
    if i % 5 == 0:
        o.temp = i
        t += o.temp
        del o.temp
    else:
        t += getattr(o, "temp", 3)
print(t)
d = k.__dict__
for i in range(2500):
    d["base"] = i
    if k.base != i:
        print("stale", i)
        break
    k.base = -i
    if d["base"] != -i:
        print("stale view", i)
        break
print(k.base)


class Chain:
    def __init__(self, v):
        self.v = v
        self.me = self


c = Chain(4)
for i in range(3000):
    t += c.me.me.me.v
    c.me.v = i % 5
    K.cls_attr += 1
print(t, K.cls_attr, k.cls_attr)
mod = __import__("math")
for i in range(2500):
    t += mod.pi > 3
    t += mod.floor(2.5)
print(t)
