# Library modules in pure Python that lean on many language features: dataclasses, enum, typing, copy, string, re-free.
import copy
import enum
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import Generic, NamedTuple, Optional, TypeVar


@dataclass(order=True)
class P:
    x: int
    y: int = 2
    tags: list = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class F:
    a: int
    b: str = "b"

    def __post_init__(self):
        object.__setattr__(self, "a", self.a * 2)


print(P(1), P(1) == P(1, 2), P(1) < P(2), sorted([P(2), P(1)]), asdict(P(1, tags=["t"])), astuple(P(3)), replace(P(1), y=9), F(2), hash(F(1)) == hash(F(1)))
try:
    F(1).a = 5
except Exception as e:
    print(type(e).__name__, e)
try:
    P()
except TypeError as e:
    print(e)


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

    def low(self):
        return self.name.lower()


class Num(enum.IntEnum):
    ONE = 1
    TWO = enum.auto()


class Perm(enum.Flag):
    R = 4
    W = 2
    X = 1


print(Color.RED, repr(Color.GREEN), Color(2), Color["RED"], Color.CRIMSON is Color.RED, list(Color), Color.RED.low(), Color.RED.value, Num.TWO + 1, Num(1), Num.ONE < Num.TWO, isinstance(Num.ONE, int), Perm.R | Perm.W, Perm(5), Perm.R in Perm(6), len(Color), {Color.RED: 1}[Color.RED])
for f in [lambda: Color(9), lambda: Color["BLUE"], lambda: setattr(Color, "RED", 5)]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
T = TypeVar("T")


class Stack(Generic[T]):
    def __init__(self):
        self.items: list[T] = []


class NT(NamedTuple):
    a: int
    b: str = "x"


print(NT(1), NT(1, "y").b, NT._fields, Stack[int], Optional[int], Stack[int]().items, list[int], dict[str, int].__args__)
a = [1, [2, 3], {"k": [4]}]
b, c = copy.copy(a), copy.deepcopy(a)
a[1].append(9)
print(b, c, copy.copy(P(1)), copy.deepcopy(P(1, tags=[1])))


def gen[T2](x: T2) -> T2:
    return x


class Box[K]:
    def __init__(self, v: K):
        self.v = v


type Alias = int | str
print(gen(5), Box(1).v, Alias.__name__, Alias.__value__, gen.__type_params__, Box[int].__args__)
total = 0
colors = list(Color)
for i in range(1500):
    p = P(i, 1)
    total += p.x + p.y + colors[i % 2].value + (p < P(700))
print(total)
