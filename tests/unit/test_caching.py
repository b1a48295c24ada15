"""What is kept of an iterator, and what happens when working a value out fails."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from kmspolicy.caching import Recent, TextCache, replayed


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


def test_texts_that_differ_in_one_place_alone_have_their_own_answers() -> None:
    texts = [" " * place + "x" + " " * (999 - place) for place in (0, 1, 63, 64, 250, 499, 700, 998, 999)]
    cache: TextCache[int] = TextCache(5_000)
    for _ in range(4):
        found = [cache.answer(text, lambda text: text.index("x")) for text in texts]
        assert found == [text.index("x") for text in texts]


def test_a_text_that_comes_for_the_third_time_has_its_answer_until_others_take_its_room() -> None:
    worked_out: list[str] = []
    cache: TextCache[None] = TextCache(3_000)

    def come(letter: str) -> int:
        before = len(worked_out)
        cache.answer(letter * 1_000, worked_out.append)
        return len(worked_out) - before

    assert [come("a") for _ in range(4)] == [1, 1, 0, 0]
    assert [come(letter) for letter in "bbccdd"] == [1] * 6
    assert [come(letter) for letter in "dcba"] == [0, 0, 0, 1]
