"""Says hello, and what it runs on."""
import sys


def fibonacci(count):
    a, b = 0, 1
    for _ in range(count):
        yield a
        a, b = b, a + b


print("Hello from Python", ".".join(map(str, sys.version_info[:2])), "on", sys.implementation.name)
print("Fibonacci:", *fibonacci(15))
