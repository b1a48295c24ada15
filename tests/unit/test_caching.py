"""What is kept of an iterator, and what happens when working a value out fails."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from kmspolicy.caching import Recent, replayed


def test_each_value_is_worked_out_once_and_none_before_it_is_asked_for() -> None:
    made: list[int] = []

    def squares(most: int) -> Iterator[int]:
        for number in range(most):
            made.append(number)
            yield number * number

    replay = replayed(squares, 4)
    assert made == []
    assert [*islice(replay(), 2)] == made == [0, 1]
    assert [list(replay()), list(replay()), made] == [[0, 1, 4, 9], [0, 1, 4, 9], [0, 1, 2, 3]]
    assert list(zip(replay(), replay())) == [(0, 0), (1, 1), (4, 4), (9, 9)]


def test_after_an_error_the_next_who_asks_tries_again() -> None:
    left = [2, 0, 9]  # values that can be worked out, attempt by attempt

    def numbers() -> Iterator[int]:
        most = left.pop(0)
        for number in range(5):
            if number >= most:
                raise TimeoutError
            yield number

    replay = replayed(numbers)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            list(replay())
    assert list(replay()) == list(range(5))


def test_an_answer_that_is_known_is_not_found_again_and_nothing_is_an_answer_too() -> None:
    found: list[str] = []

    def find(answer: None) -> None:
        found.append("once")
        return answer

    known: Recent[None] = Recent(8)
    assert known.answer("question", lambda: find(None)) is known.answer("question", lambda: find(None)) is None
    assert found == ["once"]
