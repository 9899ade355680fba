"""Type parameters: what CPython's native module _typing has."""

import sys

Union = type(int | str)


def _idfunc(x, /):
    return x


class NoDefaultType:
    """The type of the NoDefault singleton."""

    __slots__ = ()
    __module__ = 'typing'

    def __new__(cls):
        return globals().get('NoDefault') or object.__new__(cls)

    def __init_subclass__(cls):
        raise TypeError("type 'NoDefaultType' is not an acceptable base type")

    def __repr__(self):
        return 'typing.NoDefault'

    def __reduce__(self):
        return 'NoDefault'


NoDefaultType.__module__ = 'builtins'
NoDefault = NoDefaultType()
_UNSET = object()


def _typing():
    import typing
    return typing


def _caller():
    depth = 2
    try:
        return sys._getframemodulename(depth)
    except ValueError:
        return None


def _check_name(kind, name):
    if not isinstance(name, str):
        raise TypeError(f"{kind}() argument 'name' must be str, not {type(name).__name__}")


def _check_bound(kind, bound):
    if bound is None:
        return None
    return _typing()._type_check(bound, 'Bound must be a type.')


class _Evaluator:
    """The function behind evaluate_bound and its like for values that are known."""

    __slots__ = ('_value',)
    __module__ = 'typing'

    def __init__(self, value):
        self._value = value

    def __call__(self, format=1, /):
        if format == 4:
            return _typing()._type_repr(self._value) if hasattr(_typing(), '_type_repr') else repr(self._value)
        return self._value

    def __repr__(self):
        return f'<constevaluator {self._value!r}>'


class _Final:
    __slots__ = ()

    def __mro_entries__(self, bases):
        raise TypeError(f'Cannot subclass an instance of {type(self).__name__}')


class _Parameter(_Final):
    """What TypeVar, ParamSpec and TypeVarTuple share: a name and a default that may be computed late."""

    __slots__ = ('__name__', '_default', '_evaluate_default', '_values', '__weakref__')

    def _start(self, name, module):
        self.__name__ = name
        self._values = {'__module__': module}
        self._default = NoDefault
        self._evaluate_default = None

    def __getattr__(self, name):
        try:
            values = object.__getattribute__(self, '_values')
        except AttributeError:
            values = {}
        if name in values:
            return values[name]
        raise AttributeError(f"'typing.{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)

    def __getattribute__(self, name):
        if name == '__module__':
            return object.__getattribute__(self, '_values')['__module__']
        return object.__getattribute__(self, name)

    def __setattr__(self, name, value):
        if hasattr(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self._values[name] = value

    @property
    def __default__(self):
        if self._default is _UNSET:
            self._default = self._evaluate_default(1)
        return self._default

    @property
    def evaluate_default(self):
        if self._evaluate_default is not None:
            return self._evaluate_default
        return None if self._default is NoDefault else _Evaluator(self._default)

    def has_default(self):
        return self._default is not NoDefault

    def _set_default(self, default):
        if default is not NoDefault:
            self._default = default

    def _set_lazy_default(self, evaluate):
        self._default = _UNSET
        self._evaluate_default = evaluate

    def __reduce__(self):
        return self.__name__

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __init_subclass__(cls, _own=False):
        if not _own:
            raise TypeError(f"type 'typing.{cls.__mro__[1].__name__}' is not an acceptable base type")


class _Variance(_Parameter, _own=True):
    __slots__ = ('__covariant__', '__contravariant__', '__infer_variance__', '_bound', '_evaluate_bound')

    def _start_variance(self, covariant, contravariant, infer_variance):
        covariant, contravariant, infer_variance = bool(covariant), bool(contravariant), bool(infer_variance)
        if covariant and contravariant:
            raise ValueError('Bivariant types are not supported.')
        if infer_variance and (covariant or contravariant):
            raise ValueError('Variance cannot be specified with infer_variance.')
        self.__covariant__ = covariant
        self.__contravariant__ = contravariant
        self.__infer_variance__ = infer_variance
        self._bound = None
        self._evaluate_bound = None

    @property
    def __bound__(self):
        if self._bound is _UNSET:
            self._bound = self._evaluate_bound(1)
        return self._bound

    def __repr__(self):
        if self.__infer_variance__:
            return self.__name__
        sign = '+' if self.__covariant__ else '-' if self.__contravariant__ else '~'
        return sign + self.__name__


class TypeVar(_Variance, _own=True):
    """Type variable."""

    __slots__ = ('_constraints', '_evaluate_constraints')
    __module__ = 'typing'

    def __new__(cls, name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False,
                infer_variance=False):
        _check_name('typevar', name)
        self = object.__new__(cls)
        self._start(name, _caller())
        self._start_variance(covariant, contravariant, infer_variance)
        self._evaluate_constraints = None
        if len(constraints) == 1:
            raise TypeError('A single constraint is not allowed')
        if constraints and bound is not None:
            raise TypeError('Constraints cannot be combined with bound=...')
        self._bound = _check_bound('typevar', bound)
        check = _typing()._type_check if constraints else None
        self._constraints = tuple(check(t, 'TypeVar(name, constraint, ...): constraints must be types.') for t in constraints)
        self._set_default(default)
        return self

    @property
    def __constraints__(self):
        if self._constraints is _UNSET:
            self._constraints = self._evaluate_constraints(1)
        return self._constraints

    @property
    def evaluate_bound(self):
        if self._evaluate_bound is not None:
            return self._evaluate_bound
        return None if self._bound is None else _Evaluator(self._bound)

    @property
    def evaluate_constraints(self):
        if self._evaluate_constraints is not None:
            return self._evaluate_constraints
        return _Evaluator(self._constraints) if self._constraints else None

    def __typing_subst__(self, arg):
        return _typing()._typevar_subst(self, arg)

    def __typing_prepare_subst__(self, alias, args):
        params = alias.__parameters__
        index = params.index(self)
        if index < len(args):
            return args
        if index == len(args) and self.has_default():
            return (*args, self.__default__)
        raise TypeError(f'Too few arguments for {alias}; actual {len(args)}, expected {len(params)}')


class ParamSpecArgs(_Final):
    """The args for a ParamSpec object."""

    __slots__ = ('__origin__', '__weakref__')
    __module__ = 'typing'

    def __init__(self, origin):
        self.__origin__ = origin

    def __repr__(self):
        origin = self.__origin__
        return f'{origin.__name__ if isinstance(origin, ParamSpec) else repr(origin)}.args'

    def __eq__(self, other):
        if not isinstance(other, ParamSpecArgs):
            return NotImplemented
        return self.__origin__ == other.__origin__

    __hash__ = None


class ParamSpecKwargs(_Final):
    """The kwargs for a ParamSpec object."""

    __slots__ = ('__origin__', '__weakref__')
    __module__ = 'typing'

    def __init__(self, origin):
        self.__origin__ = origin

    def __repr__(self):
        origin = self.__origin__
        return f'{origin.__name__ if isinstance(origin, ParamSpec) else repr(origin)}.kwargs'

    def __eq__(self, other):
        if not isinstance(other, ParamSpecKwargs):
            return NotImplemented
        return self.__origin__ == other.__origin__

    __hash__ = None


class ParamSpec(_Variance, _own=True):
    """Parameter specification variable."""

    __slots__ = ()
    __module__ = 'typing'

    def __new__(cls, name, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False):
        _check_name('paramspec', name)
        self = object.__new__(cls)
        self._start(name, _caller())
        self._start_variance(covariant, contravariant, infer_variance)
        self._bound = _check_bound('paramspec', bound)
        self._set_default(default)
        return self

    @property
    def args(self):
        return ParamSpecArgs(self)

    @property
    def kwargs(self):
        return ParamSpecKwargs(self)

    def __typing_subst__(self, arg):
        return _typing()._paramspec_subst(self, arg)

    def __typing_prepare_subst__(self, alias, args):
        return _typing()._paramspec_prepare_subst(self, alias, args)


class TypeVarTuple(_Parameter, _own=True):
    """Type variable tuple."""

    __slots__ = ()
    __module__ = 'typing'
    __or__ = __ror__ = None

    def __new__(cls, name, *, default=NoDefault):
        _check_name('typevartuple', name)
        self = object.__new__(cls)
        self._start(name, _caller())
        self._set_default(default)
        return self

    def __iter__(self):
        yield _typing().Unpack[self]

    def __repr__(self):
        return self.__name__

    def __typing_subst__(self, arg):
        raise TypeError('Substitution of bare TypeVarTuple is not supported')

    def __typing_prepare_subst__(self, alias, args):
        return _typing()._typevartuple_prepare_subst(self, alias, args)


class TypeAliasType:
    """Type alias."""

    __slots__ = ('__name__', '__type_params__', '_value', '_evaluate_value', '_module', '__weakref__')
    __module__ = 'typing'

    def __new__(cls, name, value, *, type_params=()):
        _check_name('typealias', name)
        if not isinstance(type_params, tuple):
            raise TypeError('type_params must be a tuple')
        return _make_alias(name, type_params, value, None, _caller())

    def __init_subclass__(cls):
        raise TypeError("type 'typing.TypeAliasType' is not an acceptable base type")

    def __getattribute__(self, name):
        if name == '__module__':
            return object.__getattribute__(self, '_module')
        return object.__getattribute__(self, name)

    @property
    def __value__(self):
        if self._value is _UNSET:
            self._value = self._evaluate_value(1)
        return self._value

    @property
    def evaluate_value(self):
        return self._evaluate_value or _Evaluator(self._value)

    @property
    def __parameters__(self):
        out = []
        for param in self.__type_params__:
            if isinstance(param, TypeVarTuple):
                out.extend(param)
            else:
                out.append(param)
        return tuple(out)

    def __getitem__(self, args):
        if not self.__type_params__:
            raise TypeError('Only generic type aliases are subscriptable')
        if not isinstance(args, tuple):
            args = (args,)
        return type(list[int])(self, args)

    def __iter__(self):
        yield _typing().Unpack[self]

    def __repr__(self):
        return self.__name__

    def __reduce__(self):
        return self.__name__

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]


def _make_alias(name, type_params, value, evaluate, module):
    seen_default = False
    for param in type_params:
        if not isinstance(param, (TypeVar, ParamSpec, TypeVarTuple)):
            raise TypeError(f'Expected a type param, got {param!r}')
        if param.has_default():
            seen_default = True
        elif seen_default:
            raise TypeError(f"non-default type parameter '{param!r}' follows default type parameter")
    self = object.__new__(TypeAliasType)
    self.__name__ = name
    self.__type_params__ = tuple(type_params)
    self._value = value
    self._evaluate_value = evaluate
    self._module = module
    return self


class Generic:
    """Abstract base class for generic types."""

    __slots__ = ()
    __module__ = 'typing'

    def __class_getitem__(cls, args):
        return _typing()._generic_class_getitem(cls, args)

    def __init_subclass__(cls, *args, **kwargs):
        _typing()._generic_init_subclass(cls, *args, **kwargs)


# What the compiler's operations on type parameters call.

def _intrinsic_TypeVar(name, *_):
    self = object.__new__(TypeVar)
    self._start(name, _caller())
    self._start_variance(False, False, True)
    self._constraints = ()
    self._evaluate_constraints = None
    return self


def _intrinsic_TypeVarWithBound(name, evaluate, *_):
    self = _intrinsic_TypeVar(name)
    self._bound = _UNSET
    self._evaluate_bound = evaluate
    return self


def _intrinsic_TypeVarWithConstraints(name, evaluate, *_):
    self = _intrinsic_TypeVar(name)
    self._constraints = _UNSET
    self._evaluate_constraints = evaluate
    return self


def _intrinsic_ParamSpec(name, *_):
    self = object.__new__(ParamSpec)
    self._start(name, _caller())
    self._start_variance(False, False, True)
    return self


def _intrinsic_TypeVarTuple(name, *_):
    self = object.__new__(TypeVarTuple)
    self._start(name, _caller())
    return self


def _intrinsic_SetTypeParamDefault(param, evaluate, *_):
    param._set_lazy_default(evaluate)
    return param


def _unpacked(params):
    for param in params:
        if isinstance(param, TypeVarTuple):
            yield from param
        else:
            yield param


def _intrinsic_SubscriptGeneric(params, *_):
    return _typing().Generic[tuple(_unpacked(params))]


def _intrinsic_TypeAlias(name, params, evaluate):
    return _make_alias(name, params or (), _UNSET, evaluate, _caller())
