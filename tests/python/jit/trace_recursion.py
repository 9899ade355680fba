# Recursion compiles the function from its entry; frames return into compiled code.


def fib(n):
    # expect-trace: function fib: no call_*, no new
    # expect-trace: resume fib: no call_*, no new
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def depth(n):
    # expect-trace: function depth: no call_*, no new
    if n == 0:
        return 0
    return depth(n - 1) + 1


print(fib(20))
print(sum(depth(100) for _ in range(300)))
