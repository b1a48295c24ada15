"""Reading a text of broken values takes steps that grow with its length alone."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from kmspolicy.budget import Budget
from kmspolicy.events.finder import find_calls
from kmspolicy.events.tolerant_json import values_in
from tests.unit.events.calls import POLICY, put_key_policy

CUT = json.dumps(put_key_policy())[:500] + "\n"


def steps_of(text: str) -> int:
    budget = Budget(1_000_000_000)
    assert len(list(values_in(text, budget))) > 0
    return 1_000_000_000 - budget.left


def test_lines_that_are_cut_take_as_many_steps_each_wherever_they_are() -> None:
    assert steps_of(CUT * 4_000) < 2.2 * steps_of(CUT * 2_000)


def test_a_record_behind_many_lines_that_are_cut_is_read() -> None:
    other = CUT.replace("kms.", "sts.")
    assert [one.policy for one in find_calls(other * 3_000 + json.dumps(put_key_policy()), False)] == [POLICY]


def test_all_records_of_a_cell_are_read_up_to_its_end() -> None:
    lines = "\n".join([json.dumps(put_key_policy())] * 400).replace('"', '""')
    for text in (f'7,"{lines}",x', f"{lines} and {json.dumps(put_key_policy())}"):
        found = find_calls(text, False)
        assert [one.policy for one in found] == [POLICY] * len(found) and len(found) == 400 + text.count(" and ")


def test_what_the_decoder_reads_before_it_gives_up_takes_steps() -> None:
    """It reads a nest again from each level that is tried, up to 64 of them."""
    narrow, wide = ((f'{{"a":[{"1," * numbers}1],"b":' * 20_000) for numbers in (0, 30))
    assert steps_of(wide) - steps_of(narrow) > 16 * (len(wide) - len(narrow))


def test_a_record_behind_a_nest_is_read() -> None:
    text = '{"a":' * 20_000 + "\n" + json.dumps(put_key_policy())
    assert [one.policy for one in find_calls(text, False)] == [POLICY, ""]


def test_lines_of_csv_take_as_many_steps_each_wherever_they_are() -> None:
    line = '7,"' + json.dumps(put_key_policy()).replace('"', '""') + '"\n'
    assert steps_of(line * 400) < 2.2 * steps_of(line * 200)
    assert [one.policy for one in find_calls(line * 400, False)] == [POLICY] * 400


@pytest.mark.parametrize("inside", ['""', "[", "{1", 'a""'])
def test_a_cell_takes_memory_for_a_few_copies_of_it_alone(inside: str) -> None:
    text = '7,"' + json.dumps(put_key_policy())[:-100].replace('"', '""') + inside * 100_000
    tracemalloc.start()
    find_calls(text, False)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 12 * len(text)
