# Loops over, lengths and items of lists of a subclass: like lists, until the class says otherwise.
class Plain(list):
    pass


class Tagged(list):
    def __init__(self, *args):
        super().__init__(*args)
        self.tag = 0


def walk(items):
    total = 0
    for item in items:
        total += item
    for i in range(len(items)):
        total += items[i] * items[-1 - i]
    return total + items[0]


for kind in (list, Plain, Tagged, list, Plain):
    for n in range(1, 8):
        print(walk(kind(range(n))), end=" ")
    print()


class Strange(list):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return 100 + index

    def __iter__(self):
        return iter([7, 8])


for _ in range(5):
    print(walk(Strange([1, 2, 3])), walk(Plain([1, 2, 3])))

items = Plain([1, 2, 3, 4])
for turn in range(12):
    if turn == 4:
        Plain.__len__ = lambda self: 1
    if turn == 6:
        Plain.__getitem__ = lambda self, index: 10
    if turn == 8:
        Plain.__iter__ = lambda self: iter((5,))
    if turn == 10:
        del Plain.__len__, Plain.__getitem__, Plain.__iter__
    print(turn, walk(items))


def out_of_range(items, i):
    try:
        return items[i]
    except IndexError as error:
        return str(error)


for i in range(-6, 6):
    print(out_of_range(items, i), end=" ")
print()
for _ in range(4):
    items.append(9)
    print(len(items), items[-1], items.pop(), items.pop(0), len(items), items[0])
    items.insert(1, 33)
    items.insert(0, 44)
    items.insert(len(items), 55)
    items.insert(-1, 66)
    items.insert(99, 77)
    print(items)


def pops(items, indices):
    out = []
    for i in indices:
        try:
            out.append(items.pop(i))
        except IndexError as error:
            out.append(str(error))
    return out


for _ in range(4):
    print(pops([1, 2, 3, 4, 5, 6], [0, 0, 1, -1, True, 9, -9, 0, 0, 0]))
