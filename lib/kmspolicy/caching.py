"""Keeps answers: those of functions about short texts, in a bounded number of bytes, and an object's own."""

from functools import lru_cache, wraps
from typing import Any, Callable, Generic, Optional, TypeVar, Union, overload

Answer = TypeVar("Answer")


def cached_for_short(longest: int, entries: int = 4096) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Remembers a function's answers for first arguments of at most `longest` characters (or items)."""

    def decorate(function: Callable[..., Answer]) -> Callable[..., Answer]:
        remembered = lru_cache(maxsize=entries)(function)

        @wraps(function)
        def answer(subject: Any, *rest: Any) -> Answer:
            return remembered(subject, *rest) if len(subject) <= longest else function(subject, *rest)

        return answer

    return decorate


class lazy(Generic[Answer]):  # it reads like property
    """An attribute that is worked out when it is first read.

    functools.cached_property takes a lock before Python 3.12, which costs more than most of what is kept here.
    """

    def __init__(self, function: Callable[[Any], Answer]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "lazy[Answer]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Answer: ...
    def __get__(self, instance: Optional[object], owner: type) -> "Union[lazy[Answer], Answer]":
        if instance is None:
            return self
        answer = instance.__dict__[self._function.__name__] = self._function(instance)
        return answer
