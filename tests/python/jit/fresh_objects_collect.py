# Nested objects made in hot loops while collections happen between one of them and the next.
# gc-stress: 53
class Pair:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def __eq__(self, other):
        return (self.a, self.b) == (other.a, other.b)


def check(make):
    made = []
    for i in range(1500):
        made.append(make(i))
    return sum(made[i] == make(i) for i in range(1500))


print(check(lambda i: (((i,),),)), check(lambda i: [i, (i, [i])]), check(lambda i: [i, str(i), (i, [i])]))
print(check(lambda i: Pair((i, [i]), Pair(i, i * 0.5))), check(lambda i: [Pair(i, [i]), (Pair(i, (i,)),)]))


def inline(n):
    made = []
    for i in range(n):
        made.append((((i,),), [i, (i, [i * 0.5])], Pair((i,), [i])))
    return sum(x == (((i,),), [i, (i, [i * 0.5])], Pair((i,), [i])) for i, x in enumerate(made))


print(inline(3000))
