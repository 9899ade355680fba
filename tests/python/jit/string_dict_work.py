# Text processing in hot loops: splitting, joining, counting, caching, formatting.
text = """the quick brown fox jumps over the lazy dog while the other dogs
sleep in the sun and the fox, being quick, jumps again over all of them""" * 20
freq = {}
for word in text.replace(",", "").split():
    freq[word] = freq.get(word, 0) + 1
top = sorted(freq.items(), key=lambda kv: (-kv[1], kv[0]))
print(top[:5], len(freq))
letters = {}
for ch in text:
    if ch.isalpha():
        letters[ch] = letters.get(ch, 0) + 1
print(sorted(letters.items())[:6])


def encode(s):
    out = []
    prev, n = "", 0
    for c in s:
        if c == prev:
            n += 1
        else:
            if n:
                out.append(f"{n}{prev}")
            prev, n = c, 1
    out.append(f"{n}{prev}")
    return "".join(out)


print(encode("aaabbcdddd" * 3), len(encode(text)))


def caesar(s, k):
    r = ""
    for c in s:
        if "a" <= c <= "z":
            r += chr((ord(c) - 97 + k) % 26 + 97)
        else:
            r += c
    return r


print(caesar(text[:60], 3), caesar(caesar(text, 5), 21) == text)


def edit(a, b):
    prev = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        cur = [i]
        for j, cb in enumerate(b, 1):
            cur.append(min(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + (ca != cb)))
        prev = cur
    return prev[-1]


print(edit("kitten sitting on the mat" * 2, "sitting kitten at the mall" * 2))
anagrams = {}
for w in ["listen", "silent", "enlist", "google", "elgoog", "abc", "cab"] * 40:
    anagrams.setdefault("".join(sorted(w)), set()).add(w)
print(sorted(map(sorted, anagrams.values())))
rows = [f"{i},{i * i},name{i % 5}" for i in range(1000)]
total, names = 0, {}
for line in rows:
    a, b, name = line.split(",")
    total += int(a) + int(b)
    names[name] = names.get(name, 0) + float(a)
print(total, names)
pal = [n for n in range(3000) if str(n) == str(n)[::-1]]
print(len(pal), pal[-3:])
bits = 0
for i in range(2500):
    bits += bin(i).count("1") + len(hex(i)) + (format(i, "08b")[-1] == "1")
print(bits)
trie = {}
for w in freq:
    node = trie
    for c in w:
        node = node.setdefault(c, {})
    node["$"] = w


def words(node):
    for k in sorted(node):
        if k == "$":
            yield node[k]
        else:
            yield from words(node[k])


print(list(words(trie)) == sorted(freq), len(list(words(trie))))
fizz = ["FizzBuzz" if i % 15 == 0 else "Fizz" if i % 3 == 0 else "Buzz" if i % 5 == 0 else str(i) for i in range(1, 2501)]
print(fizz[:15], sum(map(len, fizz)))
