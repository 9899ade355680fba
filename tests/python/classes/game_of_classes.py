# A small simulation with several classes, composition, callbacks, properties and iteration in hot loops.
class Event:
    __slots__ = ("time", "action", "data")

    def __init__(self, time, action, data=None):
        self.time, self.action, self.data = time, action, data

    def __lt__(self, o):
        return self.time < o.time


class Queue:
    def __init__(self):
        self._events = []

    def push(self, event):
        lo, hi = 0, len(self._events)
        while lo < hi:
            mid = (lo + hi) // 2
            if event < self._events[mid]:
                lo = mid + 1
            else:
                hi = mid
        self._events.insert(lo, event)

    def pop(self):
        return self._events.pop()

    def __bool__(self):
        return bool(self._events)


class Account:
    total = 0

    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance
        self.history = []

    @property
    def balance(self):
        return self._balance

    @balance.setter
    def balance(self, value):
        if value < 0:
            raise ValueError(f"{self.owner} would owe {-value}")
        type(self).total += value - self._balance
        self._balance = value

    def __iadd__(self, amount):
        self.balance += amount
        self.history.append(amount)
        return self


class Savings(Account):
    rate = 3

    def interest(self):
        gain = self._balance * self.rate // 1000
        self += gain
        return gain


class Bank:
    def __init__(self, n):
        self.accounts = [(Savings if i % 3 == 0 else Account)(f"o{i}", 100 + i) for i in range(n)]
        self.queue = Queue()
        self.failed = self.done = 0
        self.time = 0

    def transfer(self, data):
        a, b, amount = data
        source, target = self.accounts[a], self.accounts[b]
        try:
            source.balance -= amount
        except ValueError:
            self.failed += 1
        else:
            target += amount
            self.done += 1

    def pay(self, data):
        for acc in self:
            if isinstance(acc, Savings):
                acc.interest()

    def __iter__(self):
        yield from self.accounts

    def run(self, limit):
        while self.queue and self.time < limit:
            e = self.queue.pop()
            self.time = e.time
            e.action(e.data)
            if e.action == self.pay:
                self.queue.push(Event(self.time + 50, self.pay))


bank = Bank(20)
seed = 7
for i in range(2500):
    seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
    bank.queue.push(Event(seed % 5000, bank.transfer, (seed % 20, (seed >> 8) % 20, (seed >> 4) % 60)))
bank.queue.push(Event(0, bank.pay))
bank.run(4000)
print(bank.time, bank.done, bank.failed, sum(a.balance for a in bank), Account.total, Savings.total)
print([a.balance for a in bank][:8], max(bank, key=lambda a: a.balance).owner, sum(len(a.history) for a in bank))
try:
    bank.accounts[0].balance = -5
except ValueError as e:
    print(e)
bank.accounts[1].__class__ = Savings
print(bank.accounts[1].interest(), len(bank.queue._events))
