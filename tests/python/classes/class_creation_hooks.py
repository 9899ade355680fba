# Metaclasses, __init_subclass__, __set_name__, __prepare__, __class_getitem__, keyword arguments of classes.
class Meta(type):
    def __new__(mcls, name, bases, ns, **kw):
        log.append(("new", name, sorted(kw)))
        return super().__new__(mcls, name, bases, ns)

    def __init__(cls, name, bases, ns, **kw):
        super().__init__(name, bases, ns)
        cls.made = True

    @classmethod
    def __prepare__(mcls, name, bases, **kw):
        log.append(("prepare", name))
        return {"prepared": name}

    def __call__(cls, *args):
        log.append(("call", cls.__name__))
        return super().__call__(*args)

    def __len__(cls):
        return 42

    def __getattr__(cls, name):
        return "meta " + name

    def __instancecheck__(cls, obj):
        return obj == "magic" or type(obj) is cls

    def __contains__(cls, x):
        return x == cls.__name__

    prop = property(lambda cls: cls.__name__ + "!")


log = []


class A(metaclass=Meta, flag=1):
    pass


class B(A):
    pass


b = B()
print(log, A.made, A.prepared, B.prepared, len(A), B.anything, A.prop, type(B) is Meta, isinstance("magic", A), isinstance(b, A), isinstance(b, B), "A" in A)


class Plugin:
    found = []

    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        Plugin.found.append((cls.__name__, tag))


class P1(Plugin, tag="one"):
    pass


class P2(P1):
    pass


print(Plugin.found)
try:
    class P3(Plugin, wrong=1):
        pass
except TypeError as e:
    print(e)


class Field:
    def __set_name__(self, owner, name):
        self.where = owner.__name__ + "." + name

    def __get__(self, obj, cls):
        return self.where


class Model:
    a = Field()
    b = c = Field()


print(Model.a, Model().b, Model.c)


class Box:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item}]"


print(Box[5], Box["x", 1])


class M2(type):
    pass


try:
    class Clash(A, metaclass=M2):
        pass
except TypeError as e:
    print(e)


class Other:
    def __mro_entries__(self, bases):
        return (Plain,)


class Plain:
    v = 1


class Sub(Other()):
    pass


print(Sub.v, Sub.__bases__ == (Plain,), Sub.__orig_bases__[0].__class__.__name__)
print(type(A).__name__, type(type(A)).__name__, Meta.__mro__[1].__name__, type.__call__(B).__class__.__name__)
