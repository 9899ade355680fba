# What is read in a loop and does not change there is read before it: attributes, globals, lengths, items of tuples.


class Config:
    scale = 3

    def __init__(self):
        self.offset = 5


OFFSET = 7


def attributes(config, n):
    # expect-trace: loop attributes: no new, no call_*, no load*, no store*, no guard_ref, ends jump
    s = 0
    i = 0
    while i < n:
        s += i * config.scale + config.offset + OFFSET
        i += 1
    return s


def lengths(text, pair, n):
    # expect-trace: loop lengths: no new, no call_*, no load*, no store*, ends jump
    s = 0
    i = 0
    while i < n:
        s += len(text) + pair[1]
        i += 1
    return s


print(attributes(Config(), 5000))
print(lengths("thirteen char", (1, 2), 5000))
