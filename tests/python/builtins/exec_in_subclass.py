# exec() with a subclass of dict as its globals goes by the methods of that.
class D(dict):
    def __setitem__(self, k, v):
        if not k.startswith("__"): print("set", k)
        dict.__setitem__(self, k, v)
    def __getitem__(self, k):
        if k == "magic": return 42
        return dict.__getitem__(self, k)
    def __missing__(self, k):
        if k == "zz": return "zz!"
        raise KeyError(k)
d = D()
try:
    exec("x = magic\ny = zz\nfor i in range(3): x += i\nprint(x, y)", d)
except Exception as e: print(type(e), e)
d = D()
try:
    exec("x = magic\ny = zz\nfor i in range(3): x += i\nprint(x, y)", {}, d)
except Exception as e: print(type(e), e)
