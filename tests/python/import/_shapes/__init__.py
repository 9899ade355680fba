"""A package for the import test."""
__all__ = ["public", "square"]
LOADED = ["_shapes"]


def public():
    return "public"


def hidden():
    return "hidden"


def __getattr__(name):
    if name == "dynamic_name":
        return "made by __getattr__"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
