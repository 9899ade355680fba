# code.replace, and types.coroutine, which needs it.
import types


def show(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__, error)


def count(limit):
    total = 0
    for number in range(limit):
        total += number
    return total


print(count(5000))
code = count.__code__.replace(co_name="other", co_qualname="a.other", co_filename="file.py", co_firstlineno=77)
print(code.co_name, code.co_qualname, code.co_filename, code.co_firstlineno, code.co_varnames, code.co_consts == count.__code__.co_consts)
again = types.FunctionType(code, globals())
print(again(5000), again.__name__, count.__code__.co_name)
print(count.__code__.replace().co_name, count.__code__.replace(co_argcount=1).co_argcount)
show(lambda: code.replace(wrong=1))
show(lambda: code.replace(co_name=1))


@types.coroutine
def pause():
    got = yield 1
    return got


async def waits():
    return await pause()


running = waits()
print(running.send(None))
try:
    running.send("got")
except StopIteration as error:
    print(error.value)
print(bool(pause.__code__.co_flags & 0x100))
