# An interrupt in a hot loop arrives as KeyboardInterrupt, in plain loops, in calls, in generators, with finally blocks run.
# oracle: 3.13
# timeout: 60
import _thread


def plain(n):
    i = total = 0
    try:
        while True:
            i += 1
            total += i & 7
            if i == n:
                _thread.interrupt_main()
    except KeyboardInterrupt:
        return i >= n, total > 0


def work(i, n):
    if i == n:
        _thread.interrupt_main()
    return i


def calls(n):
    log = []
    try:
        i = 0
        while True:
            try:
                i = work(i, n) + 1
            finally:
                if i > n + 10 ** 8:
                    log.append("too late")
    except KeyboardInterrupt as e:
        log.append(type(e).__name__)
        log.append(e.args)
    return log


def gen():
    i = 0
    try:
        while True:
            i += 1
            yield i
    finally:
        closed.append(i > 0)


closed = []


def generator(n):
    numbers = gen()
    try:
        for i in numbers:
            if i == n:
                _thread.interrupt_main()
    except KeyboardInterrupt:
        numbers.close()
        return "interrupted"


print(plain(5000), calls(5000), generator(5000))
try:
    _thread.interrupt_main()
    for _ in range(10 ** 7):
        pass
except Exception:
    print("not an Exception")
except KeyboardInterrupt:
    print("caught", len(closed))
