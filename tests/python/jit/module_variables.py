# Variables of modules that loops read and write, by name, through globals(), from functions, and with deletions.
i = total = 0
while i < 3000:
    total += i & 7
    i += 1
print(i, total)

def bump(by):
    global total, made
    total += by
    made = total
    return total

for k in range(2000):
    if k % 3 == 0:
        bump(k)
    elif k % 5 == 0:
        globals()["total"] = total - 1
    total = total + 1
print(total, made, k)

# A constant for a long time, then not.
step = 1
seen = 0
def walk(n):
    s = 0
    for _ in range(n):
        s += step
    return s
for round in range(40):
    seen += walk(100)
    if round % 10 == 9:
        step += 1
print(seen, step)

# Deleted and made again.
for j in range(600):
    temporary = j
    if j % 2:
        del temporary
        try:
            temporary
        except NameError as error:
            text = str(error)
print(text, temporary if "temporary" in globals() else "gone")
try:
    error
except NameError as e:
    print(e)

# A builtin that a global hides, and shows again.
out = []
for j in range(400):
    if j == 150:
        len = lambda x: -1
    if j == 300:
        del len
    out.append(len("abc"))
print(out.count(3), out.count(-1), out[149:151], out[299:301])

# Floats, strings, lists and None in turn in one variable; old objects that hold young ones.
value = None
kept = []
for j in range(3000):
    if j % 4 == 0:
        value = j * 0.5
    elif j % 4 == 1:
        value = str(j)
    elif j % 4 == 2:
        value = [j]
    else:
        value = value + [j]
        kept.append(value)
print(len(kept), kept[-1], value, sum(map(sum, kept)))

# Bodies of classes and exec with a namespace of its own are not the module.
for j in range(300):
    class C:
        i = j
        j = i + 1
        i += 1
namespace = {}
for j in range(300):
    exec("i = j * 2; q = i + total * 0", globals(), namespace)
print(C.i, C.j, i, namespace["i"], namespace["q"], "q" in globals())
exec("""
w = 0
for z in range(2000):
    w += z
    if z == 1500:
        del total
""")
print(w, z, "total" in globals())

# What a function that runs meanwhile sees.
flag = 0
def look():
    return flag
looks = 0
for j in range(2000):
    flag = j
    looks += look() == j
print(looks)
def writer():
    global flag
    for j in range(2000):
        flag += 1
        if look() != flag:
            print("wrong")
writer()
print(flag)
try:
    for j in range(500):
        undefined_yet = undefined_yet + 1 if j > 250 else undefined_at_all if j == 240 else 0
except NameError as e:
    print(e, j)
