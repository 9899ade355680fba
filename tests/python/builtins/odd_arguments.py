# Arguments at the edges: huge indices, sequences without a length, conversions of percent signs, hints of readlines.
import io


class Huge:
    def __len__(self):
        return 10**30


class Items:
    def __getitem__(self, index):
        return index


def show(call):
    try:
        print(repr(call()))
    except Exception as e:
        print(type(e).__name__, e)


show(lambda: len(Huge()))
show(lambda: bool(Huge()))
show(lambda: reversed(Items()))
show(lambda: [1].pop(10**30))
show(lambda: "%5%" % ())
show(lambda: "%5%" % (1,))
show(lambda: "%-%" % 1)
show(lambda: "%%" % ())
show(lambda: "100%%" % {})
show(lambda: b"%5%" % ())
show(lambda: b"%5%" % (1,))
show(lambda: b"%%" % ())
show(lambda: exec("", closure=()))
show(lambda: io.StringIO("ab\ncd\nef\n").readlines(3))
show(lambda: io.StringIO("ab\ncd\nef\n").readlines(2))
show(lambda: io.StringIO("ab\ncd\nef\n").readlines(4))
show(lambda: io.BytesIO(b"ab\ncd\nef\n").readlines(3))
show(lambda: io.TextIOWrapper(io.BytesIO(b"ab\ncd\nef\n")).readlines(3))
show(lambda: io.BufferedReader(io.BytesIO(b"ab\ncd\nef\n")).readlines(3))
