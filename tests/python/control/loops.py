# while, for, else, break, continue, nested loops, loop variables, pass.
n = 10
while n > 0:
    n -= 3
else:
    print("while else", n)
while True:
    n += 1
    if n % 2:
        continue
    if n > 5:
        break
else:
    print("never")
print(n)
for i in range(3):
    for j in range(3):
        if j == 1:
            break
        print(i, j, end=";")
    else:
        print("no")
else:
    print("for else", i, j)
for x in []:
    pass
else:
    print("empty else")


def find(xs, y):
    for i, x in enumerate(xs):
        if x == y:
            break
    else:
        return -1
    return i


print(find("abc", "b"), find("abc", "z"))


def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


print(max((collatz(i), i) for i in range(1, 1500)), sum(collatz(i) for i in range(1, 500)))
total = i = 0
while i < 5000:
    i += 1
    if i % 3 == 0:
        continue
    if i % 1000 == 999:
        total += 100000
        continue
    j = 0
    while j < i % 4:
        j += 1
        if j == 3:
            break
    else:
        total += 1
    total += j
print(total, i, j)


def primes(n):
    found = []
    for c in range(2, n):
        for p in found:
            if p * p > c:
                found.append(c)
                break
            if c % p == 0:
                break
        else:
            found.append(c)
    return found


ps = primes(5000)
print(len(ps), ps[-5:], sum(ps))
a = b = 0
for i in range(3000):
    if i < 1000:
        a += 1
    elif i < 2000 and i % 2 or i == 1500:
        b += 2
    elif not i % 5:
        a, b = b, a
    else:
        pass
print(a, b)
for i in range(3):
    i = 10
    print(i, end=" ")
k = 5
while k: k -= 1
print(k)
while (line := next(iter([""]), "")) != "":
    print("never")
print(repr(line))
