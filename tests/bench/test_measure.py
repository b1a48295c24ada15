"""The bench's arithmetic: ratios, growth, targets, and the sums of the sizing page."""

import pytest

from dev.bench import hostile, schedule, sizing
from dev.bench.__main__ import PAGE
from dev.bench.costs import Costs
from dev.bench.measure import at_least, at_most, growth, percentile, ratio_within
from dev.bench.report import Table, number, refreshed
from dev.fuzz.hostile import Outcome
from dev.spl.conf import read_conf
from dev.vendor import ROOT

COSTS = Costs(
    other_narrow=2e-5,
    other_wide=4e-5,
    policy=1e-3,
    key_call=1e-5,
    engine=0.06,
    start=0.1,
    start_compiled=0.05,
    idle=25_000_000,
    memory_factor=5.0,
    policies=2_500,
    policies_memory=40_000_000,
    row_wide=4_000,
)


def test_a_ratio_is_the_median_of_the_rounds_quotients_not_the_quotient_of_medians():
    assert ratio_within([1, 10, 3], [1, 2, 3]) == 1
    assert ratio_within([2, 20, 6], [1, 2, 3]) == 2


def test_rounds_that_do_not_pair_up_are_refused():
    with pytest.raises(ValueError, match="2 rounds against 1"):
        ratio_within([1, 2], [1])


@pytest.mark.parametrize(
    ("cost", "exponent"), [(lambda n: 7 * n, 1), (lambda n: n * n, 2), (lambda n: 5, 0), (lambda n: min(n * n, 400), 2)]
)
def test_growth_is_the_exponent_over_the_steepest_step(cost, exponent):
    assert growth({n: cost(n) for n in (2, 200, 20)}) == pytest.approx(exponent)


def test_targets_are_met_on_the_limit_and_missed_beyond_it():
    assert at_least(1.3).met(1.3) and not at_least(1.3).met(1.29)
    assert at_most(6).met(6) and not at_most(6).met(6.01)
    assert [str(at_least(1.3)), str(at_most(6))] == ["≥ 1.3", "≤ 6"]


def test_a_percentile_is_a_measured_value():
    assert [percentile([3, 1, 2, 4], share) for share in (0.0, 0.5, 0.9, 1.0)] == [1, 2, 4, 4]


def test_numbers_have_three_digits_and_small_ones_do_not_become_zero():
    assert [number(n) for n in (123456, 12.345, 0.01234, 0.0000123, 0)] == ["123,456", "12.3", "0.0123", "1.2e-05", "0"]


def test_a_table_is_markdown_and_a_bar_in_a_cell_does_not_end_it():
    table = Table("T", ("a", "b"), "note", [("x|y", "1")])
    assert str(table) == "### T\n\nnote\n\n| a | b |\n|---|---:|\n| x\\|y | 1 |\n"


POLICY, USE, GRANT = schedule.Kind
PLAN = (
    schedule.Scheduled("detection", (POLICY,), 1),
    schedule.Scheduled("uses", (POLICY, USE), 1),
    schedule.Scheduled("grants", (GRANT,), 1),
    schedule.Scheduled("inventory", (POLICY,), 720),
    schedule.Scheduled("published", (POLICY,), 1, runs_command=False),
)


def test_a_days_starts_analysis_and_a_backfill_are_products_of_what_the_page_names():
    assert schedule.daily_start(COSTS, PLAN) == pytest.approx(24 * (4 * 3 * 0.1 + 4 * 0.06))
    policies, others = 200 * (1 + 1 + 720) * 1e-3, (20_000 + 20_000) * 1e-5
    assert schedule.daily_analysis(COSTS, PLAN, 20_000_000, indexers=1) == pytest.approx(policies + others)
    assert schedule.daily_analysis(COSTS, PLAN, 20_000_000, indexers=100) == pytest.approx((policies + others) / 100)
    assert schedule.backfill(COSTS, 20_000_000, indexers=100) == pytest.approx(200 * 30 * 1e-5)


def test_the_page_has_a_row_for_every_scheduled_search_and_for_no_other():
    """A search that was added, renamed or taken away: run .venv/bin/python -m dev.bench.sizing"""
    saved = read_conf(ROOT / "default" / "savedsearches.conf")
    scheduled = [name for name, settings in saved.items() if settings["enableSched"] == "1"]
    assert [search.name for search in schedule.schedule()] == scheduled
    page = sizing.PAGE.read_text("utf-8")
    assert [
        line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.startswith("| KMS - ")
    ] == scheduled


def test_a_search_reads_the_events_that_the_macro_at_its_root_selects():
    kinds = {search.name: search.kinds for search in schedule.schedule()}
    assert kinds["KMS - Open Key Used From Another Account - Rule"] == (POLICY, USE)
    assert kinds["KMS - Key Granted To Another Account - Rule"] == (GRANT,)
    assert kinds["KMS - Update inventory"] == (POLICY,)
    silent = [search.name for search in schedule.schedule() if not search.runs_command]
    assert len(silent) == 2 and all("AWS Detect Users" in name for name in silent)


@pytest.mark.parametrize(
    ("setting", "value", "error"),
    [
        ("cron_schedule", "*/5 * * * *", "hourly"),
        ("dispatch.earliest_time", "-7d", "-7d"),
        ("search", "index=* | stats count", "index="),
    ],
)
def test_a_search_that_the_page_cannot_explain_is_refused(setting: str, value: str, error: str):
    plain = {
        "cron_schedule": "0 * * * *",
        "dispatch.earliest_time": "-70m@m",
        "search": "`kmspolicycheck_flagged` | table _time",
    }
    assert schedule.schedule({"plain": plain}) == (schedule.Scheduled("plain", (POLICY,), 1),)
    with pytest.raises(ValueError, match=error):
        schedule.schedule({"other": {**plain, setting: value}})


def test_the_memory_of_the_largest_chunk_is_idle_plus_policies_plus_factor_times_chunk():
    memory = sizing.tables(COSTS, PLAN, b"")[-1]
    assert memory.rows[-1] == ("50,000", "200 MB", "1,065 MB")


def test_a_sample_of_hostile_policies_says_its_size_and_what_the_whole_would_take():
    (sample,) = hostile.table("3.9", Outcome(200, 199, 1, 120)).rows
    (whole,) = hostile.table("3.9", Outcome(10_000, 10_000, 0, 6_000)).rows
    assert sample == ("a sample of 200 policies", "199", "1", "2", "100", "600")
    assert whole == ("10,000 policies", "10,000", "0", "100", "100", "600")


def test_a_page_keeps_its_words_and_gets_new_numbers():
    page = "before\n<!-- measured: a command -->\n{}\n<!-- end of measured -->\nafter\n"
    assert refreshed(page.format("old"), "new \\1\n") == page.format("\nnew \\1\n")
    with pytest.raises(ValueError, match="lost its marks"):
        refreshed("no marks", "new")


@pytest.mark.parametrize("page", [PAGE, sizing.PAGE], ids=lambda page: page.name)
def test_the_pages_that_are_there_can_be_refreshed(page):
    text = page.read_text("utf-8")
    assert refreshed(refreshed(text, "x"), "x") == refreshed(text, "x") != text
