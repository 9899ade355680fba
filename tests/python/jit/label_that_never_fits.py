# A trace ends where another one begins, whose state holds a constant that the variable can never be.
def gen(n):
    for k in range(n):
        yield k


def main(n):
    out = []
    t = 1
    for i in range(n):
        c = t % 3
        for j in gen(3):
            if (i % 3) != c:
                c = 3
        out.append(c)
    return out


print(main(60))
print(sum(main(3000)))
