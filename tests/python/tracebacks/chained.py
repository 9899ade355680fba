# A chain of exceptions with a cause and with a context.
# check: stderr
def load(key):
    try:
        return {"a": 1}[key]
    except KeyError as e:
        raise ValueError(f"bad key {key!r}") from e


def retry(key):
    try:
        load(key)
    except ValueError:
        return undefined_thing + 1


try:
    retry("zz")
finally:
    print("finally")
