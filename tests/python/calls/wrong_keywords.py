# What is said of keywords that no parameter has, and keywords of natives whose signature names the module.
import math


def show(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)


def fruit(apple, banana, /, cherry=1, *, damson=2):
    return apple, banana, cherry, damson


show(lambda: fruit(1, 2, chery=3))
show(lambda: fruit(1, 2, Damson=3))
show(lambda: fruit(1, 2, aple=3))
show(lambda: fruit(1, 2, zzz=3))
show(lambda: fruit(1, banana=2))


class Method:
    def call(self, value, *rest):
        return value


show(lambda: Method().call(valu=1))
show(lambda: Method().call(sel=1))
show(lambda: (lambda name: name)(nam=1))
show(lambda: math.isclose(1, 1.05, rel_tol=0.1))
show(lambda: math.isclose(a=1, b=2))
show(lambda: math.prod([2, 3], start=4))
show(lambda: math.isclose(1))
