# Strings built piece by piece in hot loops; width of the storage changes on the way.
s = ""
for i in range(3000):
    s += chr(97 + i % 26)
print(len(s), s[:30], s[-5:], s.count("abc"))
s = ""
for i in range(2000):
    s = chr(0x41 + i % 3 * 0x1000 + (i // 1990) * 0x10000) + s
print(len(s), [hex(ord(c)) for c in s[:12]], max(s) == chr(0x12041))
parts = []
for i in range(2500):
    parts.append(f"{i:04x}")
joined = "-".join(parts)
print(len(joined), joined[:20], joined[-9:], joined.find("0100"))
total = 0
for c in joined:
    if c == "-":
        total += 1
    elif c >= "a":
        total += 10
print(total)
words = {}
for i in range(4000):
    key = "w" + str(i * i % 97)
    words[key] = words.get(key, 0) + 1
print(len(words), sorted(words.items())[:5], sum(words.values()))
text = "lorem ipsum dolor sit amet " * 100
letters = [0] * 26
for c in text:
    if c != " ":
        letters[ord(c) - 97] += 1
print(letters)
rev = ""
for i in range(len(text) - 1, -1, -1):
    rev += text[i]
print(rev == text[::-1], hash(rev) == hash(text[::-1]), rev[:12])
acc = 0
for i in range(3000):
    acc += len("%d:%s" % (i, "x" * (i % 7))) + (("a" * (i % 3)) < "aa")
print(acc)
