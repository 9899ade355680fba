# finally with return, break, continue, exceptions replaced and swallowed; loops.
log = []


def ret():
    try:
        return "try"
    finally:
        log.append("finally")


def override():
    try:
        return 1
    finally:
        log.append("x")
        for _ in range(1):
            pass


def swallow():
    while True:
        try:
            raise ValueError
        except ValueError:
            try:
                continue_flag = 1
            finally:
                log.append("inner")
            break
    return "out"


def loop():
    out = []
    for i in range(6):
        try:
            if i == 1:
                continue
            if i == 4:
                break
            out.append(i)
        finally:
            out.append("f%d" % i)
    else:
        out.append("else")
    return out


def order():
    try:
        try:
            raise KeyError(1)
        finally:
            log.append("a")
    except KeyError:
        log.append("b")
        try:
            raise IndexError
        except IndexError:
            log.append("c")
        finally:
            log.append("d")
    else:
        log.append("never")
    finally:
        log.append("e")


def replaced():
    try:
        try:
            raise KeyError("first")
        finally:
            raise ValueError("second")
    except ValueError as e:
        return type(e.__context__).__name__


def value():
    x = 1
    try:
        return x
    finally:
        x = 2


print(ret(), override(), swallow(), loop(), replaced(), value())
order()
print(log)
count = 0
for i in range(3000):
    try:
        if i % 3 == 0:
            continue
        if i % 7 == 0:
            raise ValueError
        count += 1
    except ValueError:
        count += 1000
    else:
        count += 10
    finally:
        count += 1
print(count)


def gen():
    try:
        yield 1
        yield 2
    finally:
        log.append("gen closed")


log.clear()
for x in gen():
    break
del x
g = gen()
next(g)
g.close()
print(log[-1])
