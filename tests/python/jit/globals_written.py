# Globals that a hot loop reads and writes, alone, through a function, as a counter that is set back; a class attribute in the same role.
count = 0
left = 0
out = []


class Box:
    n = 0


def note(x):
    global left
    left -= 1
    if left <= 0:
        out.append("|")
        left = 50
    out.append(x)


def bump():
    global count
    count += 1
    return count


def hot(n):
    total = 0
    for i in range(n):
        note(i % 7)
        total += bump()
        Box.n += 1
        total += Box.n - count
    return total


print(hot(3000), count, left, Box.n)
print([len(part) for part in "".join(map(str, out)).split("|")])
for i in range(2500):
    count += 1
    left = count - 1
print(count, left)
