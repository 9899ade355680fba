# Views of an OrderedDict are shown under names of their own.
from collections import OrderedDict

ordered = OrderedDict(a=1, b=2)
for view in (ordered.keys(), ordered.items(), ordered.values()):
    print(view, type(view).__name__, len(view), list(reversed(view)))
print(OrderedDict().keys(), OrderedDict(a=OrderedDict(b=1)).values())
