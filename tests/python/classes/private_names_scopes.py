# Name mangling, class scopes, nested classes, methods that use their class, attributes through instances and modules.
class A:
    __hidden = 1
    __dunder__ = 2
    _single = 3

    def __init__(self):
        self.__x = 10
        self.__dunder_attr__ = 5

    def get(self):
        return self.__x + A.__hidden

    def __private(self):
        return "private"

    def call(self):
        return self.__private()

    def local(self):
        __v = 7

        def inner(__p=3):
            return __v + __p
        return inner(), sorted(locals())

    class Inner:
        __deep = "deep"

        def get(self):
            return self.__deep

    def kw(self, **k):
        return k

    def pass_kw(self):
        return self.kw(__a=1)


class B(A):
    def __init__(self):
        super().__init__()
        self.__x = 20

    def both(self):
        return self.__x, self._A__x, self.get()


a, b = A(), B()
print(a.get(), a.__dict__, b.both(), b.__dict__, A._A__hidden, a.call(), a.local(), A.Inner().get(), A.Inner.__qualname__, A._A__private.__name__, a.pass_kw())
try:
    a.__x
except AttributeError as e:
    print(e)
x = "module"


class Scope:
    x = "class"
    y = x

    def m(self):
        return x

    class Nested:
        def n(self):
            return x
        z = x

    l = lambda: x
    w = [x for _ in (1,)][0]
    print(x, y)
    global g
    g = "global from class"
    del y


print(Scope.x, Scope().m(), Scope.Nested().n(), Scope.Nested.z, Scope.l(), Scope.w, g, hasattr(Scope, "y"), hasattr(Scope, "g"))


def f():
    x = "function"

    class C:
        print(x)
        x = "body"
        print(x)

        def m(self):
            return x
    return C().m(), C.x, C.__qualname__


print(f())


def make(n):
    class Counter:
        step = n

        def __init__(self):
            self.v = 0

        def up(self):
            nonlocal n
            n += 1
            self.v += Counter.step
            return self.v, n
    return Counter


c1, c2 = make(1), make(10)
i1, i2 = c1(), c2()
for _ in range(2500):
    r1, r2 = i1.up(), i2.up()
print(r1, r2, c1 is c2, c1.__name__ == c2.__name__)
