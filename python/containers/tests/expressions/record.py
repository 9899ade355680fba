"""Records results: reads a file of `>>> statement` lines, prints them with what this CPython shows. Run it with CPython 3.14."""
import sys
import itertools, _collections, _functools, _operator, _heapq, _bisect, types, typing


def record(text):
    scope = {}
    for module in (itertools, _collections, _functools, _operator, _heapq, _bisect):
        scope.update({k: v for k, v in vars(module).items() if k != "__name__"})
    scope.update(GenericAlias=types.GenericAlias, Union=typing.Union, SimpleNamespace=types.SimpleNamespace, mappingproxy=types.MappingProxyType)
    out = []
    for line in text.splitlines():
        if not line.startswith(">>> "):
            if line.startswith("#"):
                out.append(line)
            continue
        out.append(line)
        source = line[4:]
        *first, last = source.split("; ")
        try:
            for part in first:
                exec(part, scope)
            try:
                code = compile(last, "x", "eval")
            except SyntaxError:
                exec(last, scope)
                continue
            shown = repr(eval(code, scope))
        except Exception as error:
            shown = f"{type(error).__name__}: {error}"
        out.append(shown)
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.stdout.write(record(open(sys.argv[1]).read()))
