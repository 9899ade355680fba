# Items of arrays, bytes, bytearrays and strings in hot loops: read, written, out of range, of the wrong kind.
from array import array


def attempt(action, *args):
    try:
        return action(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def read(row, index):
    return row[index]


def write(row, index, value):
    row[index] = value
    return row[index]


ROWS = [
    array("b", [-128, 0, 127]),
    array("B", [0, 7, 255]),
    array("h", [-32768, 5, 32767]),
    array("H", [0, 5, 65535]),
    array("i", [-(2**31), 5, 2**31 - 1]),
    array("I", [0, 5, 2**32 - 1]),
    array("l", [-(2**31), 5, 2**31 - 1]),
    array("q", [-(2**63), 5, 2**63 - 1]),
    array("L", [0, 5, 2**32 - 1]),
    array("Q", [0, 5, 2**64 - 1]),
    array("f", [0.5, -1.5, 2.0]),
    array("d", [0.1, float("nan"), float("-inf")]),
    bytearray(b"\x00\x7f\xff"),
]
for row in ROWS:
    print([read(row, index) for index in (0, 1, 2, -1, -2, -3)])
for fixed in (b"\x00\x7f\xff", "abc", "a\xe9c", "a\u0416c", "a\U0001f600c"):
    print([read(fixed, index) for index in (0, 1, 2, -1, -2, -3)])
    for index in (3, -4, 2**70):
        print(attempt(read, fixed, index))
    print(attempt(write, fixed, 0, 1))

VALUES = [0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**48,
          2**63 - 1, 2**63, 2**64, 1.5, float("inf"), True, "x", None]
for row in ROWS:
    for value in VALUES:
        # How wide "l" and "L" are depends on the machine, and so do the texts of errors.
        if getattr(row, "typecode", "") not in ("l", "L"):
            result = attempt(write, row, 1, value)
            print(getattr(row, "typecode", "bytearray"), value, result[0] if isinstance(result, tuple) else result)
    for index in (3, -4):
        print(attempt(read, row, index), attempt(write, row, index, 1))


# Hot loops.
def sieve(size):
    flags = bytearray([1]) * size
    for number in range(2, size):
        if flags[number]:
            for multiple in range(number * number, size, number):
                flags[multiple] = 0
    return sum(flags) - 2


def smooth(row, turns):
    for _ in range(turns):
        for index in range(1, len(row) - 1):
            row[index] = (row[index - 1] + row[index] + row[index + 1]) / 3
    return row


def mix(row, turns):
    state = 12345
    for _ in range(turns):
        for index in range(len(row)):
            state = (state * 1103515245 + row[index]) % 30000
            row[index] = state
    return sum(row)


def letters(text):
    count = {}
    for index in range(len(text)):
        letter = text[index]
        count[letter] = count.get(letter, 0) + 1
    return count


print(sieve(3000))
print(smooth(array("d", range(12)), 40).tolist()[3:6])
print([mix(array(code, [0] * 50), 20) for code in "hHiIlq"])
print(letters("the quick brown fox jumps over the lazy dog" * 20))


# What a row is changes while the loop runs.
def grow(row, turns):
    total = 0
    for turn in range(turns):
        if turn % 50 == 49:
            row.append(turn % 100)
        if turn == 250:
            del row[:2]
        total += row[-1] + row[turn % len(row)]
        row[turn % len(row)] = turn % 120
    return total, row.tolist() if isinstance(row, array) else bytes(row)


print(grow(array("i", [1, 2, 3]), 400))
print(grow(array("d", [1, 2, 3]), 400))
print(grow(bytearray(b"123"), 400))


class Doubled(array):
    def __getitem__(self, index):
        return array.__getitem__(self, index) * 2


class Text(str):
    def __getitem__(self, index):
        return "?"


class Data(bytearray):
    def __getitem__(self, index):
        return -1


def total(row):
    result = row[0]
    for index in range(1, 3):
        result = result + row[index]
    return result


for _ in range(5):
    print([total(row) for row in (array("i", [1, 2, 3]), Doubled("i", [1, 2, 3]), b"abc", bytearray(b"abc"), Data(b"abc"),
                                  "abc", Text("abc"), [1, 2, 3], (1, 2, 3), array("d", [1, 2, 3]), "a\xe9\u0416")])

# Two views of one memory.
shared = bytearray(16)
view = memoryview(shared)
seen = []
for turn in range(60):
    shared[3] = turn
    seen.append(view[3])
    view[3] = 255 - turn
    seen.append(shared[3])
print(seen)
