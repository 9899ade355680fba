"""Generators that delegate to each other: values, frames, exceptions and re-entrance through chains."""
import sys
class Tree:
    def __init__(self, left, value, right):
        self.left = left; self.value = value; self.right = right
    def __iter__(self):
        if self.left: yield from self.left
        yield self.value
        if self.right: yield from self.right
def tree(input):
    n = len(input)
    if n == 0: return None
    i = n // 2
    return Tree(tree(input[:i]), input[i], tree(input[i + 1:]))
t = tree(range(100))
for k in range(5):
    out = []
    for x in t: out.append(x)
    print(out == list(range(100)))
# frames seen in a chain
def names():
    f = sys._getframe(1); r = []
    while f and f.f_code.co_name != '<module>': r.append(f.f_code.co_name); f = f.f_back
    return r
def leaf():
    yield names()
    yield names()
    return 7
def mid():
    x = yield from leaf()
    yield x, names()
def top():
    yield from mid()
    yield names()
for v in top(): print(v)
# raising through a chain
def bad():
    yield 1
    yield 2
    raise ValueError("x")
def b2(): yield from bad()
def b3():
    try: yield from b2()
    except ValueError as e:
        tb = e.__traceback__; r = []
        while tb: r.append((tb.tb_frame.f_code.co_name, tb.tb_lineno)); tb = tb.tb_next
        yield r
        yield 'after'
def b4(): yield from b3()
for v in b4(): print(v)
def b5(): yield from b2()
def b6(): yield from b5()
try:
    for v in b6(): print(v)
except ValueError as e:
    tb = e.__traceback__
    tb = tb.tb_next
    while tb: print(tb.tb_frame.f_code.co_name, tb.tb_lineno, tb.tb_frame.f_back.f_code.co_name); tb = tb.tb_next
# re-entrance
def r1():
    yield 0
    try: next(R)
    except ValueError as e: yield str(e)
    try: next(M)
    except ValueError as e: yield str(e)
    yield R.gi_running, M.gi_running, R.gi_suspended, R.gi_yieldfrom is M
def r2(): 
    yield from L
    yield 'r2'
def r3(): 
    yield from M
    yield 'r3'
L = r1(); M = r2(); R = r3()
for v in R: print(v)
# links shared, moved
def cnt(n):
    for i in range(n): yield i
def via(g):
    r = yield from g
    yield 'end'
s = cnt(8); A = via(s); B = via(s); C = via(A)
it = [A, B, C, s]
def drive(g):
    for v in g: return v
    return 'done'
print([drive(it[i % 4]) for i in range(20)])
# close and throw in a chain
def stubborn():
    try: yield 1; yield 2
    except GeneratorExit: yield 'ignored'
    yield 'more'
S = stubborn()
def holder():
    try: yield from S
    except RuntimeError as e: yield 'caught ' + str(e)
    yield 'on'
H = holder()
def outer(): yield from H
O = outer()
print(drive(O), drive(O))
try: H.close()
except RuntimeError as e: print('E', e)
print(drive(O), drive(O), drive(O), drive(S), drive(S))
def catching():
    while True:
        try: x = yield 'y'
        except KeyError as e: yield 'k'
K = catching(); K2 = via(K); K3 = via(K2)
print(drive(K3), drive(K3), K2.throw(KeyError), drive(K3), K3.throw(KeyError), drive(K3), drive(K))
# exceptions handled across yields
def g():
    try: 1/0
    except ZeroDivisionError:
        yield 1
        yield sys.exc_info()[0]
def h():
    yield from g()
    try: {}[1]
    except KeyError: yield from g(); yield sys.exc_info()[0]
for x in g(): print(sys.exc_info()[0], x)
for x in h(): print(sys.exc_info()[0], x)
# send through a chain in a generator
def echo():
    r = []
    while len(r) < 3: r.append((yield len(r)))
    return r
def e2():
    r = yield from echo()
    return r
def e3():
    r = yield from e2()
    yield r
E = e3()
print(next(E), E.send('a'), E.send('b'), E.send('c'))
def deep(n):
    if n: yield from deep(n - 1)
    else:
        for i in range(5): yield i
print([x for x in deep(100)])
