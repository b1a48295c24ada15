"""Keeps answers: of functions about short texts, about whole policies, an object's own; all in bounded memory."""

from collections import OrderedDict
from collections.abc import Iterator
from functools import lru_cache, partial, wraps
from itertools import count, islice
from operator import attrgetter
from typing import Any, Callable, Generic, Optional, TypeVar, Union, overload

Answer = TypeVar("Answer")


def cached_where(is_kept: Callable[[Any], bool]) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Remembers a function's answers. is_kept: for which first arguments."""

    def decorate(function: Callable[..., Answer]) -> Callable[..., Answer]:
        remembered = lru_cache(maxsize=4096)(function)

        @wraps(function)
        def answer(subject: Any, *rest: Any) -> Answer:
            return remembered(subject, *rest) if is_kept(subject) else function(subject, *rest)

        return answer

    return decorate


def cached_for_short(longest: int) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Remembers a function's answers for first arguments of at most `longest` characters (or items)."""
    return cached_where(lambda subject: len(subject) <= longest)


cached_for_shared = cached_where(attrgetter("shared"))  # for conditions of which all that are alike are one object


def once(make: Callable[..., Answer], *given: object) -> Callable[[], Answer]:
    """Makes something when it is first asked for, and keeps it."""
    return lru_cache(maxsize=None)(partial(make, *given))


def replayed(make: Callable[..., Iterator[Answer]], *given: object) -> Callable[[], Iterator[Answer]]:
    """A function that iterates over the same items each time it is called; each is worked out once, on demand.

    Where working one out raises an error, so does the iteration, and the next one tries again.
    """
    source, kept = make(*given), list[Answer]()

    def replay() -> Iterator[Answer]:
        nonlocal source
        for at in count():
            if at == len(kept):
                try:
                    kept.append(next(source))
                except StopIteration:
                    return
                except Exception:
                    source = islice(make(*given), at, None)
                    raise
            yield kept[at]

    return replay


class lazy(Generic[Answer]):  # it reads like property
    """An attribute that is worked out when it is first read.

    functools.cached_property takes a lock before Python 3.12, which costs more than most of what is kept here.
    """

    def __init__(self, function: Callable[[Any], Answer]) -> None:
        self._function = function
        self._name = function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "lazy[Answer]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Answer: ...
    def __get__(self, instance: Optional[object], owner: type) -> "Union[lazy[Answer], Answer]":
        if instance is None:
            return self
        answer = instance.__dict__[self._name] = self._function(instance)
        return answer


_UNKNOWN: Any = object()


class Recent(dict[Any, Answer]):
    """The answers that came last, by what was asked: a dictionary that drops its older half when there are too many."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, question: Any, answer: Answer) -> Answer:
        """The answer, from now on found by the question."""
        self[question] = answer
        if len(self) > self._most:
            for old in list(islice(self, self._most // 2)):
                del self[old]
        return answer

    def answer(self, question: Any, find: Callable[[], Answer]) -> Answer:
        """The answer to a question, found where it is not known."""
        known = self.get(question, _UNKNOWN)
        return self.keep(question, find()) if known is _UNKNOWN else known


class TextCache(Generic[Answer]):
    """Answers about whole texts, the oldest dropped when their texts together exceed a number of characters.

    An answer is kept when its text comes for the second time: most come once, and memory that is let go at once is
    used again while the processor still has it at hand. A text is found by its length and three short stretches, then
    compared whole: to hash 32 KB costs more than all else here does. Of texts that agree in all these, the
    latest is kept.
    """

    def __init__(self, characters: int) -> None:
        self._room = characters
        self._kept: OrderedDict[tuple[int, str, str, str], tuple[str, Answer]] = OrderedDict()
        self._met: Recent[None] = Recent(_MOST_MET)

    def answer(self, text: str, work_out: Callable[[str], Answer]) -> Answer:
        """The answer about this text, worked out where none is kept."""
        middle = len(text) // 2
        mark = len(text), text[:64], text[middle : middle + 64], text[-64:]
        found = self._kept.get(mark)
        if found and found[0] == text:
            return found[1]
        answer = work_out(text)
        met = hash(mark)
        if met in self._met:
            self._room -= 0 if found else len(text)
            self._kept[mark] = text, answer
            while self._room < 0:
                self._room += len(self._kept.popitem(last=False)[1][0])
        else:
            self._met.keep(met, None)
        return answer


_MOST_MET = 4096
