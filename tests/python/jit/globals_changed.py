# Globals and builtins changed while hot loops use them.
import builtins

K = 1


def helper(x):
    return x + K


def run(n):
    global K, helper
    t = 0
    for i in range(n):
        t += helper(i)
        if i == 1000:
            K = 100
        elif i == 2000:
            helper = lambda x: 7
        elif i == 2500:
            K = 0.5
    return t


print(run(3000))
old_len = len
t = 0
for i in range(3000):
    t += len("abc")
    if i == 1000:
        len = lambda x: 10
    if i == 2000:
        del len
print(t)


def counts(n):
    t = 0
    for i in range(n):
        t += abs(-i)
        if i == 1000:
            builtins.abs = lambda v: 1
        if i == 2000:
            builtins.abs = original
    return t


original = abs
try:
    print(counts(3000), abs(-5))
finally:
    builtins.abs = original
builtins.brand_new = 5


def late(n):
    t = 0
    for i in range(n):
        t += brand_new
        if i == 1000:
            builtins.brand_new = 6
        if i == 1500:
            globals()["brand_new"] = 1000
        if i == 2000:
            del globals()["brand_new"]
    return t


print(late(2500))
del builtins.brand_new
try:
    late(10)
except NameError as e:
    print(e)


def disappearing(n):
    global gone
    gone = 1
    t = 0
    try:
        for i in range(n):
            t += gone
            if i == 2000:
                del gone
    except NameError as e:
        return t, str(e)


print(disappearing(3000))
g = globals()
for i in range(2500):
    g["dyn"] = i
    if dyn != i:
        print("stale", i)
        break
print(dyn)
ns = {"x": 0}
code = compile("for i in range(2000): x += step", "c", "exec")
ns["step"] = 1
exec(code, ns)
ns["step"] = 2.5
exec(code, ns)
print(ns["x"])


def shadow(n):
    t = 0
    for i in range(n):
        t += max(i, 5)
        if i == n // 2:
            globals()["max"] = min
    del globals()["max"]
    return t


print(shadow(3000), max(1, 2))
import math
t = 0
real = math.floor
for i in range(3000):
    t += math.floor(i / 2)
    if i == 1500:
        math.floor = lambda v: -1
math.floor = real
print(t)
