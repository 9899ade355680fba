# What classes are checked for when they are made, and classes that are no types.
def show(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)


class Failing:
    def __set_name__(self, owner, name):
        raise ZeroDivisionError("named")


try:
    class Owner:
        field = Failing()
except ZeroDivisionError as error:
    print(error, error.__notes__)


def with_cell(name, cell):
    class Meta(type):
        def __new__(meta, class_name, bases, namespace):
            namespace[name] = cell
            return type.__new__(meta, class_name, bases, namespace)

    class Made(metaclass=Meta):
        pass

    return Made


show(lambda: with_cell("__classcell__", 1))
show(lambda: with_cell("__classcell__", "cell"))


def with_mro(entries):
    class Meta(type):
        def mro(cls):
            return entries(cls)

    return Meta("Made", (), {})


show(lambda: with_mro(lambda cls: [cls, 1]))
show(lambda: with_mro(lambda cls: [cls, int, object]))
show(lambda: with_mro(lambda cls: [cls, object]))
show(lambda: type("Twice", (), {"__slots__": ["__dict__", "__dict__"]}))
show(lambda: type("Twice", (), {"__slots__": ["__weakref__", "__weakref__"]}))


class Below:
    __bases__ = (int,)


class Deeper:
    def __init__(self, *bases):
        self.__bases__ = bases


below = Below()
deeper = Deeper(below)
show(lambda: issubclass(below, int))
show(lambda: issubclass(deeper, int))
show(lambda: issubclass(deeper, below))
show(lambda: issubclass(below, (str, Below)))
show(lambda: isinstance(1, below))
show(lambda: type.__subclasscheck__(int, deeper))
show(lambda: issubclass(1, int))
show(lambda: issubclass(int, 1))
show(lambda: isinstance(1, 1))
show(lambda: issubclass(Deeper(1), int))


class Raises:
    def __getattr__(self, name):
        raise ValueError(name)


show(lambda: issubclass(Raises(), int))
show(lambda: type[int])
show(lambda: (type.__module__, type.__qualname__, object.__module__))
