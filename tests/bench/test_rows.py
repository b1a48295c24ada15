"""The bench's policies and rows are what its tables say of them: sizes, shares, columns; always the same ones."""

import json

import pytest

from dev.bench.curves import CURVES
from dev.bench.policies import LARGEST, SMALLEST, STATEMENTS, PolicyMaker, sized
from dev.bench.rows import NARROW, WIDE, RowMaker, chunks
from dev.bench.wire import mixed_rows
from dev.scp import read_chunk, read_rows
from kmspolicy import KeyFacts, analyze

KEY = KeyFacts(account="111122223333")


@pytest.fixture(scope="module")
def policies():
    return PolicyMaker(1).policies(600)


def test_policies_are_distinct_and_the_same_for_the_same_seed(policies):
    assert len(set(policies)) == 600
    assert PolicyMaker(1).policies(50) == policies[:50]
    assert PolicyMaker(2).policies(50) != policies[:50]


def test_policies_are_as_large_as_kms_takes_and_have_the_statements_that_the_table_says(policies):
    largest = PolicyMaker(3).policy(180)
    assert max(map(len, [*policies, largest])) <= LARGEST
    assert sum(len(policy) >= SMALLEST for policy in policies) > 570
    assert len(json.loads(largest)["Statement"]) == 180
    assert {len(json.loads(policy)["Statement"]) for policy in policies} <= set(STATEMENTS)


def test_one_policy_in_a_hundred_is_flagged_and_every_one_can_be_read(policies):
    found = [analyze(policy, key=KEY) for policy in policies[:100]]
    assert [analysis.problem for analysis in found] == [None] * 100
    assert sum(analysis.flagged for analysis in found) == 1


def test_a_policy_of_a_size_comes_close_to_it():
    assert all(3_400 < len(sized(4_096, seed)) <= 4_096 for seed in range(8))
    assert 32_000 < len(sized(32_768)) <= 32_768


@pytest.mark.parametrize("name", CURVES)
def test_curves_are_read_and_grow(name):
    small, large = CURVES[name](2), CURVES[name](20)
    assert len(large) > len(small) + 18 * len('"value1-*",')
    assert [analyze(text, key=KEY).problem for text in (small, large)] == [None, None]


@pytest.mark.parametrize("columns", [NARROW, WIDE])
def test_rows_carry_the_columns_the_policy_and_multivalue_cells(policies, columns):
    rows = RowMaker(1, columns).of_policies(policies[:5])
    assert [len(row) for row in rows] == [columns] * 5
    assert [json.loads(row["_raw"])["requestParameters"]["policy"] for row in rows] == policies[:5]
    assert rows[0]["tag"] == ["change", "cloud", "audit"]


def test_other_calls_carry_no_policy_and_have_the_same_columns_in_every_chunk():
    maker = RowMaker(1)
    first, second = maker.of_other_calls(20), maker.of_other_calls(20)
    assert {tuple(row) for row in first + second} == {tuple(first[0])}
    assert not any("policy" in (json.loads(row["_raw"])["requestParameters"]) for row in first)


def test_wide_rows_weigh_what_the_bench_says(policies):
    size = len(chunks(RowMaker(1).of_policies(policies), 600)[0]) / 600
    assert 7_000 < size < 11_000


def test_a_chunk_is_what_splunkd_would_send(tmp_path):
    rows = RowMaker(1, NARROW).of_other_calls(7)
    sent = chunks(rows, 5)
    (tmp_path / "chunks").write_bytes(b"".join(sent))
    with (tmp_path / "chunks").open("rb") as stream:
        read = [read_chunk(stream) for _ in sent]
    assert [metadata for metadata, _ in read] == [{"action": "execute", "finished": False}] * 2
    assert [row for _, body in read for row in read_rows(body)] == rows


def test_one_mixed_row_in_a_hundred_sets_a_policy():
    rows = mixed_rows(300)
    assert [i for i, row in enumerate(rows) if '"policy":' in row["_raw"]] == [0, 100, 200]
