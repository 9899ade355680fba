# Small machines in hot while loops: interpreters, automata, many branches taken at different times.
def brainfuck(src, limit):
    jump, stack = {}, []
    for i, c in enumerate(src):
        if c == "[":
            stack.append(i)
        elif c == "]":
            j = stack.pop()
            jump[i], jump[j] = j, i
    tape, p, pc, out, n = [0] * 50, 0, 0, [], 0
    while pc < len(src) and n < limit:
        c = src[pc]
        if c == "+":
            tape[p] = (tape[p] + 1) % 256
        elif c == "-":
            tape[p] = (tape[p] - 1) % 256
        elif c == ">":
            p += 1
        elif c == "<":
            p -= 1
        elif c == ".":
            out.append(chr(tape[p]))
        elif c == "[" and tape[p] == 0 or c == "]" and tape[p] != 0:
            pc = jump[pc]
        pc += 1
        n += 1
    return "".join(out), n


print(brainfuck("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.", 20000))


def stack_machine(prog, n):
    stack, env, pc, steps = [], {"n": n, "s": 0}, 0, 0
    while True:
        op, arg = prog[pc]
        pc += 1
        steps += 1
        if op == "push":
            stack.append(arg)
        elif op == "load":
            stack.append(env[arg])
        elif op == "store":
            env[arg] = stack.pop()
        elif op == "add":
            b = stack.pop()
            stack[-1] += b
        elif op == "sub":
            b = stack.pop()
            stack[-1] -= b
        elif op == "jnz":
            if stack.pop():
                pc = arg
        elif op == "halt":
            return env["s"], steps


prog = [("load", "s"), ("load", "n"), ("add", None), ("store", "s"), ("load", "n"), ("push", 1), ("sub", None), ("store", "n"), ("load", "n"), ("jnz", 0), ("halt", None)]
print(stack_machine(prog, 800), stack_machine(prog, 5))


def life(cells, w, h, gens):
    for _ in range(gens):
        new = []
        for y in range(h):
            for x in range(w):
                n = 0
                for dy in (-1, 0, 1):
                    for dx in (-1, 0, 1):
                        if dx or dy:
                            n += cells[(y + dy) % h * w + (x + dx) % w]
                new.append(1 if n == 3 or n == 2 and cells[y * w + x] else 0)
        cells = new
    return cells


glider = [0] * 64
for i in (1, 10, 16, 17, 18):
    glider[i] = 1
print([i for i, c in enumerate(life(glider, 8, 8, 32)) if c], sum(life(glider, 8, 8, 7)))


def tokens(text):
    out, i = [], 0
    while i < len(text):
        c = text[i]
        if c.isspace():
            i += 1
        elif c.isdigit():
            j = i
            while j < len(text) and text[j].isdigit():
                j += 1
            out.append(int(text[i:j]))
            i = j
        elif c.isalpha():
            j = i
            while j < len(text) and text[j].isalnum():
                j += 1
            out.append(text[i:j])
            i = j
        else:
            out.append(c)
            i += 1
    return out


ts = tokens("x1 = 12 + foo(3, bar) * (7 - y) // 42; " * 60)
print(len(ts), ts[:12], sum(t for t in ts if isinstance(t, int)))
a, b, n = 270, 192, 0
for k in range(2000):
    x, y = a + k, b + k % 7
    while y:
        x, y = y, x % y
        n += 1
print(n, x)
phase, counts = 0, [0, 0, 0]
for i in range(9000):
    if i % 3000 == 2999:
        phase += 1
    if phase == 0:
        counts[0] += 1
    elif phase == 1:
        counts[1] += i % 2
    else:
        counts[2] -= i
print(counts)
