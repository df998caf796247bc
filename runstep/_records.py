# SPDX-License-Identifier: MIT
"""How the frozen classes are made: `record` decorates them, a `draft` fills their objects cheaply.

Both are there for speed. A type checker sees nothing but `dataclass`.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["draft", "record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, slots: bool, kw_only: bool) -> Any:
        """Make a frozen dataclass, as `dataclasses.dataclass` does with the same arguments, in half the time.

        `dataclass` writes and compiles the source of eight methods for every class, which was most of the time
        that `import runstep` took. Only `__init__` must differ from class to class; the others are shared.
        """

        def decorate(cls: Any) -> Any:
            cls = dataclasses.dataclass(slots=slots, kw_only=kw_only, eq=False, repr=False)(cls)
            for name, method in _METHODS.items():
                setattr(cls, name, method)
            # What it now is, for those who ask.
            cls.__dataclass_params__.frozen = frozen
            cls.__dataclass_params__.eq = cls.__dataclass_params__.repr = True
            return cls

        return decorate


def draft(model: type[Any]) -> Any:
    """Return a mutable twin of a frozen, slotted class: the cheap way to fill its objects.

    A frozen class pays for each field with a call of `object.__setattr__`. Its twin is a subclass without slots of
    its own and with plain assignment; `twin.__class__ = model`, which Python allows between classes of the same
    layout, then makes the filled twin the frozen object.
    """
    plain = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    return type(f"_{model.__name__}Draft", (model,), {"__slots__": (), **plain})


def _set_once(self: Any, name: str, value: object) -> None:
    # `__init__` sets each field; after it there is none left that has no value.
    if name not in type(self).__slots__ or hasattr(self, name):
        _refuse(self, name)
    object.__setattr__(self, name, value)


def _refuse(self: Any, name: str) -> None:
    message = f"{type(self).__name__} is immutable: {name!r} cannot be set or deleted"
    raise dataclasses.FrozenInstanceError(message)


# What makes up the value of an object: all of its fields but the note of absent keys. A getter for each class.
_values: dict[type[Any], Any] = {}


def _value(model: Any) -> Any:
    cls = type(model)
    getter = _values.get(cls)
    if getter is None:
        getter = _values[cls] = attrgetter(*[field.name for field in dataclasses.fields(cls) if field.compare])
    return getter(model)


def _equal(self: Any, other: object) -> Any:
    if self is other:
        return True
    if type(self) is not type(other):
        return NotImplemented
    return _value(self) == _value(other)


def _hash(self: Any) -> int:
    return hash((type(self), _value(self)))


def _show(self: Any) -> str:
    # Without what is only there by default: most fields of most objects are None or empty.
    shown = [
        f"{field.name}={value!r}"
        for field in dataclasses.fields(self)
        if field.repr and (value := getattr(self, field.name)) != field.default
    ]
    return f"{type(self).__name__}({', '.join(shown)})"


def _same(self: Any, _memo: object = None) -> Any:
    return self


def _reduce(self: Any) -> Any:
    cls = type(self)
    return _rebuild, (cls, {name: getattr(self, name) for name in cls.__slots__})


def _rebuild(cls: Any, values: dict[str, Any]) -> Any:
    # What an earlier version pickled may lack a field, of which the constructor knows the default.
    if len(values) != len(cls.__slots__):
        return cls(**values)
    new = object.__new__(cls)
    for name, value in values.items():
        object.__setattr__(new, name, value)
    # A pickle is no way around the limits.
    if hasattr(cls, "__post_init__"):
        new.__post_init__()
    return new


_METHODS = {
    "__setattr__": _set_once,
    "__delattr__": _refuse,
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _show,
    "__copy__": _same,
    "__deepcopy__": _same,
    "__reduce__": _reduce,
}
