"""The views as Splunk's own framework draws them in Chromium, on the sample events and on none."""

from __future__ import annotations

import copy
import os
from urllib.parse import parse_qs, urlsplit

import pytest

from dev.dashboard.browser import missing
from dev.dashboard.lint import lint
from dev.dashboard.samples import SampleSplunk
from dev.dashboard.views import read_views
from dev.spl import run_saved

from .conftest import REQUIRED, Shown

pytestmark = pytest.mark.slow

if missing() and not os.environ.get(REQUIRED):
    pytest.skip(f"the dashboards were not drawn; missing: {missing()}", allow_module_level=True)

VIEWS = {view.name: view for view in read_views()}
OVERVIEW, DETAIL, SETUP = "kms_key_policies", "kms_key_policy_detail", "kms_key_policy_setup"


@pytest.mark.parametrize("name", VIEWS)
def test_the_framework_accepts_the_definition(page: Shown, name: str) -> None:
    assert page.browser.call("validate", definition=VIEWS[name].definition) == []


def test_the_framework_rejects_a_broken_definition(page: Shown) -> None:
    broken = copy.deepcopy(VIEWS[SETUP].definition)
    broken["layout"]["structure"][0]["item"] = "nowhere"
    assert any("nowhere" in error for error in page.browser.call("validate", definition=broken))


@pytest.mark.parametrize("name", VIEWS)
def test_the_framework_knows_every_option(page: Shown, name: str) -> None:
    vocabulary = page.browser.call("vocabulary")
    assert lint(VIEWS[name].definition, vocabulary) == ()
    misspelt = copy.deepcopy(VIEWS[name].definition)
    tile, item = next(iter(misspelt["visualizations"].items()))
    item["options"]["fontsize"] = 1
    assert lint(misspelt, vocabulary) == (f"visualization {tile}: {item['type']} has no option fontsize",)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", VIEWS)
def test_every_tile_shows_something_and_none_complains(page: Shown, name: str, theme: str) -> None:
    page.open(name, theme=theme)
    tiles = page.tiles()
    assert {tile: drawn["status"] for tile, drawn in tiles.items() if drawn["status"]} == {}
    for tile, drawn in tiles.items():
        assert drawn["rows"] if drawn["type"] == "splunk.table" else drawn["value"] or drawn["text"], tile
    always = [tile for tile, it in VIEWS[name].definition["visualizations"].items() if not it.get("hideWhenNoData")]
    assert set(always) <= set(tiles)
    state = page.browser.call("state")
    assert (state["refused"], state["complaints"]) == ([], [])


def test_a_failing_search_shows(page: Shown, splunk: SampleSplunk) -> None:
    broken = copy.deepcopy(VIEWS[SETUP])
    broken.definition["dataSources"]["check"]["options"]["ref"] = "KMS - Gone"
    page.open(SETUP, splunk=SampleSplunk((), splunk.now, [broken]))
    assert page.tiles()["checks"]["status"] == "Error"


def test_the_overview_counts_what_the_reports_list(page: Shown, splunk: SampleSplunk) -> None:
    page.open(OVERVIEW)
    tiles = page.tiles()
    keys = run_saved("KMS - Open keys now", splunk.events, now=splunk.now).rows
    assert keys
    assert tiles["open"]["value"] == str(len(keys))
    assert len(tiles["open_keys"]["rows"]) == min(len(keys), 10)
    assert tiles["encrypt_only"]["value"] == str(sum(key["key_policy_encrypt_only"] == "true" for key in keys))
    changes = run_saved("KMS - Policy changes", splunk.events, now=splunk.now).rows
    failed = [it for it in changes if (it["key_policy_flagged"], it["key_policy_call"]) == ("true", "failure")]
    assert tiles["attempts"]["value"] == str(len(failed))


def test_the_worst_keys_stand_first_and_severity_is_written_out(page: Shown) -> None:
    page.open(OVERVIEW)
    severities = [row[0] for row in page.tiles()["open_keys"]["rows"]]
    assert severities == sorted(severities, key=["critical", "high", "medium"].index)


@pytest.mark.parametrize(
    ("view_input", "option", "field"),
    [("Account", "111122223333", "key_policy_account"), ("Severity", "critical", "key_policy_severity")],
)
def test_an_input_narrows_the_searches_and_the_table(page: Shown, view_input: str, option: str, field: str) -> None:
    page.open(OVERVIEW)
    before = page.tiles()["open_keys"]["rows"]
    page.browser.call("choose", input=view_input, option=option)
    after = page.tiles()["open_keys"]["rows"]

    def chosen(rows: list[list[str]]) -> list[list[str]]:
        return [row for row in rows if option in (row[0], row[2].split()[0])]

    assert 0 < len(chosen(before)) < len(before)
    assert after[: len(chosen(before))] == chosen(before)  # a table shows ten rows: others move up
    assert chosen(after) == after
    for source in ("selected", "selected_changes"):
        assert f'{field}="{option}"' in page.asked()[source]["parts"][-1]


def test_the_time_range_bounds_the_searches(page: Shown) -> None:
    page.open(OVERVIEW, **{"time.earliest": "-24h@h", "time.latest": "now"})
    assert {(it["earliest"], it["latest"]) for it in page.asked().values()} == {("-24h@h", "now")}


def test_a_click_on_a_key_opens_its_detail(page: Shown) -> None:
    page.open(OVERVIEW)
    row = page.tiles()["open_keys"]["rows"][1]
    page.browser.call("clickCell", tile="open_keys", row=1, column=0)
    url = urlsplit(page.browser.call("state")["url"])
    (arn,) = parse_qs(url.query)["form.key"]
    account, region = row[2].split()
    assert url.path.endswith(f"/app/kmspolicycheck/{DETAIL}")
    assert arn == f"arn:aws:kms:{region}:{account}:key/{row[1]}"
    assert page.tiles()["name"]["value"] == arn
    assert f'key_policy_key="{arn}"' in page.asked()["policy"]["parts"][0]


def test_the_detail_shows_the_open_statement_its_proof_and_the_way_to_close_it(page: Shown) -> None:
    page.open(DETAIL)
    tiles = page.tiles()
    (statement,) = [row for row in tiles["statements"]["rows"] if row[0] == "OPEN"]
    proof = dict(tiles["witness"]["rows"])
    steps = dict(tiles["next_steps"]["rows"])
    assert tiles["open"]["value"] == "OPEN"
    assert proof["action"].startswith("kms:") and proof["action"] in statement[5]
    assert proof["aws:PrincipalAccount"] not in tiles["name"]["value"]
    assert f'Remove statement "{statement[2]}"' in steps["2. Close it"]
    assert tiles["history"]["rows"][0][0] == tiles["severity"]["value"]


def test_the_detail_of_a_closed_key_says_that_nothing_is_to_do(page: Shown, splunk: SampleSplunk) -> None:
    changes = run_saved("KMS - Policy changes", splunk.events, now=splunk.now).rows
    closed = next(
        it["key_policy_key"]
        for it in changes
        if (it["key_policy_audience"], it["key_policy_call"]) == ("internal", "success")
    )
    page.open(DETAIL, key=str(closed))
    tiles = page.tiles()
    assert tiles["open"]["value"] == "not open"
    assert tiles["next_steps"]["rows"][0][0] == "Nothing to do"
    assert "witness" not in tiles


def test_a_key_without_a_change_in_the_chosen_time_is_explained(page: Shown) -> None:
    page.open(DETAIL, key="arn:aws:kms:us-east-1:999999999999:key/0")
    tiles = page.tiles()
    assert set(tiles) == {"no_policy"}
    assert "longer time" in tiles["no_policy"]["text"]


def test_the_setup_page_says_what_to_do(page: Shown) -> None:
    page.open(SETUP)
    tiles = page.tiles()
    states = [row[0] for row in tiles["checks"]["rows"]]
    assert states == sorted(states, key=["problem", "warning", "ok"].index)
    assert all((row[3] == "nothing") == (row[0] == "ok") for row in tiles["checks"]["rows"])
    assert tiles["unreadable"]["rows"]


def test_an_unconfigured_app_says_what_to_set_up(page: Shown, unconfigured: SampleSplunk) -> None:
    page.open(OVERVIEW, splunk=unconfigured)
    overview = page.tiles()
    assert "kmspolicycheck_index" in overview["nothing_found"]["text"]
    assert [overview[tile]["value"] for tile in ("open", "newly_open", "encrypt_only", "attempts")] == ["0"] * 4
    page.browser.call("clickCell", tile="nothing_found", row=0, column=0)
    setup = page.tiles()["checks"]["rows"]
    assert setup[0][:2] == ["problem", "Key policy events arrive"]
    assert "kmspolicycheck_index" in setup[0][3]
    page.open(DETAIL, splunk=unconfigured)
    assert set(page.tiles()) == {"no_keys"}
