# Indexing a list: one bounds check per index, and none for the second time.


def squares(numbers, n):
    # expect-trace: loop squares: no new, no call_*, no box_*, int_ult <= 1, load_item_val == 1, ends jump
    s = 0
    i = 0
    while i < n:
        s += numbers[i] * numbers[i]
        i += 1
    return s


def negate(numbers, n):
    # expect-trace: loop negate: no new, no call_*, int_ult <= 1, store_item == 1, ends jump
    i = 0
    while i < n:
        numbers[i] = -numbers[i]
        i += 1
    return numbers


print(squares(list(range(3000)), 3000))
print(sum(negate(list(range(3000)), 3000)))
