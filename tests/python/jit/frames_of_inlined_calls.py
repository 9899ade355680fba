# Natives that look at the running frame (locals, sys._getframe, super, eval), called in functions that traces inline.
import sys
def callee(x):
    y = x + 1
    z = y * 2
    d = locals()
    return d['y'] + d['z']
def named(x):
    q = x * 3
    return sys._getframe().f_locals['q'], sys._getframe().f_code.co_name, sys._getframe(1).f_locals['i']
class A:
    def m(self): return 1
class B(A):
    def m(self):
        s = super()
        return s.m()
def ev(x):
    a = x * 2
    return eval("a + x")
def main():
    t = 0
    b = B()
    for i in range(5000):
        t += callee(i)
        q, n, k = named(i)
        assert q == i * 3 and n == 'named' and k == i, (q, n, k, i)
        t += b.m()
        r = ev(i)
        assert r == 3 * i, (r, i)
    return t
print(main())
