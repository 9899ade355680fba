# Hashes of 64 bits, three-argument pow of subclasses, in-place operators of sequences.
def show(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)


class Text:
    def __init__(self, text):
        self.text = text

    def __hash__(self):
        return hash(self.text)

    def __eq__(self, other):
        return self.text == other


names = ["a", "abc", "a longer text", "x" * 50]
print([{name: name}.get(Text(name)) for name in names])


class Power(int):
    def __pow__(self, *rest):
        return "pow", rest

    def __rpow__(self, *rest):
        return "rpow", rest


class Plain(int):
    pass


show(lambda: pow(Power(3), 1, 5))
show(lambda: pow(1, Power(3), 5))
show(lambda: pow(Plain(3), Plain(2), Plain(5)))
show(lambda: pow(2, Plain(3), 5))
show(lambda: pow(base=2, exp=3))
show(lambda: pow(2, 3, mod=5))
show(lambda: pow(2, exp=3, mod=5))
show(lambda: pow(2))
show(lambda: pow())
show(lambda: round(number=2.567, ndigits=1))
show(lambda: round(2.5, ndigits=None))
show(lambda: round())


class Right:
    def __radd__(self, other):
        return "radd", type(other).__name__

    def __iter__(self):
        return iter("ab")


class Declines:
    def __radd__(self, other):
        return NotImplemented

    def __iter__(self):
        return iter("ab")


class Own(list):
    def __iadd__(self, other):
        return "iadd"


class Kept(list):
    pass


def added(left, right):
    left += right
    return left


show(lambda: added([], Right()))
show(lambda: added(Kept(), Right()))
show(lambda: added(bytearray(), Right()))
show(lambda: added([], Declines()))
show(lambda: added(Kept(), Declines()))
show(lambda: added(Own(), Right()))
show(lambda: added([], 5))
