"""Context variables (PEP 567) for an interpreter with one thread."""

__all__ = ('Context', 'ContextVar', 'Token', 'copy_context')


class _Missing:
    def __repr__(self):
        return '<Token.MISSING>'


_MISSING = _Missing()
_NO_DEFAULT = object()


class Context:
    """A mapping of context variables to their values."""

    __slots__ = ('_values', '_entered', '__weakref__')

    def __new__(cls):
        self = object.__new__(cls)
        self._values = {}
        self._entered = None
        return self

    def __init_subclass__(cls):
        raise TypeError("type '_contextvars.Context' is not an acceptable base type")

    def run(self, callable, /, *args, **kwargs):
        global _current
        if self._entered is not None:
            raise RuntimeError(f'cannot enter context: {self} is already entered')
        self._entered = _current
        _current = self
        try:
            return callable(*args, **kwargs)
        finally:
            _current = self._entered
            self._entered = None

    def copy(self):
        new = Context()
        new._values = self._values.copy()
        return new

    def _check(self, var):
        if not isinstance(var, ContextVar):
            raise TypeError(f'a ContextVar key was expected, got {var!r}')

    def __getitem__(self, var):
        self._check(var)
        return self._values[var]

    def __contains__(self, var):
        self._check(var)
        return var in self._values

    def get(self, var, default=None, /):
        self._check(var)
        return self._values.get(var, default)

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def __eq__(self, other):
        if not isinstance(other, Context):
            return NotImplemented
        return self._values == other._values

    __hash__ = object.__hash__

    def keys(self):
        return self._values.keys()

    def values(self):
        return self._values.values()

    def items(self):
        return self._values.items()


_current = Context()


class Token:
    """What ContextVar.set() gives, for ContextVar.reset()."""

    __slots__ = ('_context', '_var', '_old_value', '_used')
    MISSING = _MISSING

    def __new__(cls, *args, **kwargs):
        raise RuntimeError('Tokens can only be created by ContextVars')

    @property
    def var(self):
        return self._var

    @property
    def old_value(self):
        return self._old_value

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._var.reset(self)

    def __repr__(self):
        used = ' used' if self._used else ''
        return f'<Token{used} var={self._var!r} at {id(self):#x}>'

    __hash__ = None

    def __class_getitem__(cls, item):
        return _alias(cls, item)


class ContextVar:
    """A variable whose value depends on the current context."""

    __slots__ = ('_name', '_default')

    def __new__(cls, name, *, default=_NO_DEFAULT):
        if not isinstance(name, str):
            raise TypeError('context variable name must be a str')
        self = object.__new__(cls)
        self._name = name
        self._default = default
        return self

    def __init_subclass__(cls):
        raise TypeError("type '_contextvars.ContextVar' is not an acceptable base type")

    @property
    def name(self):
        return self._name

    def get(self, default=_NO_DEFAULT, /):
        value = _current._values.get(self, _MISSING)
        if value is not _MISSING:
            return value
        if default is not _NO_DEFAULT:
            return default
        if self._default is not _NO_DEFAULT:
            return self._default
        raise LookupError(self)

    def set(self, value, /):
        token = object.__new__(Token)
        token._context = _current
        token._var = self
        token._old_value = _current._values.get(self, _MISSING)
        token._used = False
        _current._values = _current._values | {self: value}
        return token

    def reset(self, token, /):
        if not isinstance(token, Token):
            raise TypeError(f'expected an instance of Token, got {token!r}')
        if token._used:
            raise RuntimeError(f'{token!r} has already been used once')
        if token._var is not self:
            raise ValueError(f'{token!r} was created by a different ContextVar')
        if token._context is not _current:
            raise ValueError(f'{token!r} was created in a different Context')
        token._used = True
        values = _current._values.copy()
        if token._old_value is _MISSING:
            values.pop(self, None)
        else:
            values[self] = token._old_value
        _current._values = values

    def __repr__(self):
        default = '' if self._default is _NO_DEFAULT else f' default={self._default!r}'
        return f'<ContextVar name={self._name!r}{default} at {id(self):#x}>'

    def __class_getitem__(cls, item):
        return _alias(cls, item)


def _alias(cls, item):
    return type(list[int])(cls, item)


def copy_context():
    return _current.copy()
