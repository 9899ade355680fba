# sys, types, abc, io, os basics.
import abc
import io
import os
import sys
import types

print(sys.version_info[:2] >= (3, 13), sys.argv, sys.maxsize > 2 ** 30, sys.byteorder, sys.getrecursionlimit() >= 1000, "sys" in sys.modules, sys.modules["sys"] is sys, isinstance(sys.path, list), sys.maxunicode, sys.float_info.max, sys.intern("a") == "a", sys.stdout.writable(), sys.getsizeof([]) > 0, sys.flags.optimize, sys.hexversion > 0x30d0000, __name__)
m = types.ModuleType("mod", "doc")
m.x = 5
exec("y = x + 1", m.__dict__)
print(m.y, m.__name__, m.__doc__, repr(m), sorted(k for k in m.__dict__ if k[:2] != "__"))
try:
    m.nothing
except AttributeError as e:
    print(e)
m.__getattr__ = lambda name: "dynamic " + name
print(m.whatever, types.SimpleNamespace(a=1, b="x"), types.SimpleNamespace(a=1) == types.SimpleNamespace(a=1), isinstance(len, types.BuiltinFunctionType), isinstance(lambda: 0, types.FunctionType), types.MappingProxyType({"a": 1})["a"], type(type.__dict__).__name__, types.new_class("N", (int,)).__name__)
try:
    int.__dict__["x"] = 1
except TypeError as e:
    print(e)
f = types.FunctionType((lambda: q).__code__, {"q": 99})
meth = types.MethodType(lambda self, a: (self, a), "bound")
print(f(), meth(1), types.NoneType, types.GenericAlias(list, (int,)))


class A(abc.ABC):
    @abc.abstractmethod
    def m(self):
        return "base"

    @property
    @abc.abstractmethod
    def p(self):
        ...


class B(A):
    def m(self):
        return super().m() + "+"


class C(B):
    p = 5


for cls in [A, B]:
    try:
        cls()
    except TypeError as e:
        print(e)
print(C().m(), C().p, sorted(A.__abstractmethods__), isinstance(C(), A))


class Reg:
    pass


A.register(Reg)
print(isinstance(Reg(), A), issubclass(Reg, A), A in Reg.__mro__)


class Hook(abc.ABC):
    @classmethod
    def __subclasshook__(cls, other):
        return hasattr(other, "quack") or NotImplemented


print(isinstance(type("D", (), {"quack": 1})(), Hook), isinstance(5, Hook))
s = io.StringIO()
print("a", 1, file=s)
s.write("more\nlines\n")
print(repr(s.getvalue()), s.tell(), s.seek(0), s.readline(), s.read(3), list(s), io.StringIO("x\ny").readlines(), io.BytesIO(b"abc").read(2))
old = sys.stdout
sys.stdout = cap = io.StringIO()
try:
    print("captured")
finally:
    sys.stdout = old
print(repr(cap.getvalue()), os.path.join("a", "b"), os.path.basename("/x/y.py"), os.path.splitext("f.tar.gz"), os.path.dirname("/a/b"), os.sep, os.path.normpath("a//b/../c"), "PATH" in os.environ or True, os.path.exists("/no/such"), os.getcwd() != "")
sys.stdout.write("direct\n")
import time
t = time.perf_counter()
print(time.perf_counter() >= t, time.process_time() >= 0, time.time() > 1e9)
hits = 0
for i in range(2500):
    hits += isinstance(i, A) + isinstance(Reg, type)
print(hits)
