"""The views as Splunk's own framework draws them in Chromium, on the sample events and on none."""

from __future__ import annotations

import copy
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from PIL import Image, ImageChops

from dev.dashboard.lint import lint
from dev.dashboard.samples import SampleSplunk
from dev.dashboard.views import APP, read_views
from dev.spl.conf import read_conf

from .conftest import DETAIL, DRAWN, OVERVIEW, SETUP, Shown

pytestmark = DRAWN

VIEWS = {view.name: view for view in read_views()}


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


def test_a_page_drawn_again_gives_the_same_picture(page: Shown, tmp_path: Path) -> None:
    taken = []
    for name in ("one.png", "two.png"):
        page.open(OVERVIEW)
        page.browser.call("screenshot", file=str(tmp_path / name), until="by_severity")
        # Now and then a chart is laid out one pixel wider: squares of four pixels are compared.
        taken.append(Image.open(tmp_path / name).convert("L").reduce(4))
    differs = ImageChops.difference(*taken).point(lambda level: 255 if level > 64 else 0)
    assert taken[0].getbbox() and differs.histogram()[255] < 0.001 * taken[0].width * taken[0].height


def tables(page: Shown, name: str) -> list[list[str]]:
    """The rows of a table, which stands in the size that fits them."""
    return [row for tile, drawn in page.tiles().items() if tile.startswith(name) for row in drawn["rows"]]


def test_the_overview_counts_what_the_reports_list(page: Shown, splunk: SampleSplunk) -> None:
    page.open(OVERVIEW)
    tiles = page.tiles()
    keys = splunk.report("KMS - Open keys now").rows
    assert keys
    assert tiles["open"]["value"] == str(len(keys))
    assert len(tables(page, "open_keys")) == min(len(keys), 10)
    assert tiles["encrypt_only"]["value"] == str(sum(key["key_policy_encrypt_only"] == "true" for key in keys))
    changes = splunk.report("KMS - Policy changes").rows
    failed = [it for it in changes if (it["key_policy_flagged"], it["key_policy_call"]) == ("true", "failure")]
    assert tiles["attempts"]["value"] == str(len(failed)) == str(len(tables(page, "attempts_table")))


def test_the_worst_keys_stand_first_and_severity_is_written_out(page: Shown) -> None:
    page.open(OVERVIEW)
    severities = [row[0] for row in tables(page, "open_keys")]
    assert severities == sorted(severities, key=["critical", "high", "medium"].index)


def test_names_stand_on_lines_of_their_own_and_actions_are_short(page: Shown) -> None:
    page.open(OVERVIEW)
    cells = [cell for row in tables(page, "open_keys") for cell in row]
    assert any(cell.startswith("kms:Encrypt\nkms:GenerateDataKey*") for cell in cells)
    assert not any("WithoutPlaintext" in cell for cell in cells)
    assert page.browser.call("brokenWords", tile="open_keys_tall", columns=[1, 2, 3, 4]) == []


@pytest.mark.parametrize(("view_input", "option"), [("Account", "111122223333"), ("Severity", "critical")])
def test_an_input_narrows_the_searches_and_the_tables(page: Shown, view_input: str, option: str) -> None:
    page.open(OVERVIEW)
    before = tables(page, "open_keys")
    page.browser.call("choose", input=view_input, option=option)
    after = tables(page, "open_keys")

    def chosen(rows: list[list[str]]) -> list[list[str]]:
        return [row for row in rows if option in (row[0], row[1].split()[1].strip(","))]

    assert 0 < len(chosen(before)) < len(before)
    assert after[: len(chosen(before))] == chosen(before)  # a table shows ten rows: others move up
    assert chosen(after) == after
    for source in ("selected", "selected_changes"):
        assert f'="{option}"' in page.asked()[source]["parts"][-1]


def test_a_click_on_an_account_chooses_it(page: Shown) -> None:
    page.open(OVERVIEW)
    page.browser.call("click", tile="open_by_account", part=".highcharts-point")
    shown = {row[1].split()[1] for row in tables(page, "open_keys")}
    assert len(shown) == 1
    assert f'account="{shown.pop().strip(",")}"' in page.asked()["selected"]["parts"][-1]


LINKS = {
    "open": ("report", "KMS - Open keys now"),
    "opened": ("search", "`kmspolicycheck_openings`"),
    "encrypt_only": ("search", "key_policy_encrypt_only=true"),
    "unread": ("report", "KMS - Unreadable policies"),
    "outside": ("search", "external"),
    "attempts": ("search", "key_policy_call=failure"),
    "by_audience": ("search", "`kmspolicycheck_changes`"),
    "by_severity": ("search", "`kmspolicycheck_changes`"),
}
"""Tile or chart of the overview -> the page of Splunk Web it leads to, and a part of what that shows."""


def test_a_number_or_a_bar_leads_to_what_it_counts(page: Shown) -> None:
    page.open(OVERVIEW)
    for tile, (page_of_splunk, term) in LINKS.items():
        part = ".highcharts-point" if tile.startswith("by_") else '[data-test="majorValue"]'
        url = urlsplit(page.browser.call("clickTile", tile=tile, part=part))
        query = parse_qs(url.query)
        assert url.path == f"/app/kmspolicycheck/{page_of_splunk}"
        assert term in unquote(query["s" if page_of_splunk == "report" else "q"][0])
        if tile in ("attempts", "by_audience", "by_severity"):
            assert (query["earliest"], query["latest"]) == (["-30d@d"], ["now"])


def test_the_time_range_bounds_the_searches_of_changes_and_no_other(page: Shown) -> None:
    page.open(OVERVIEW, **{"time.earliest": "-7d@d", "time.latest": "now"})
    asked = page.asked()
    assert (asked["changes"]["earliest"], asked["attempts_count"]["earliest"]) == ("-7d@d", "-7d@d")
    assert {asked[source]["earliest"] for source in ("state", "counts", "open_keys")} == {"-24h@h"}


def test_a_click_on_a_key_opens_its_detail(page: Shown) -> None:
    page.open(OVERVIEW)
    row = tables(page, "open_keys")[1]
    page.browser.call("clickCell", tile="open_keys_tall", row=1, column=1)
    url = urlsplit(page.browser.call("state")["url"])
    (arn,) = parse_qs(url.query)["form.key"]
    key, account, region = row[1].replace(",", "").split()
    assert url.path.endswith(f"/app/kmspolicycheck/{DETAIL}")
    assert arn == f"arn:aws:kms:{region}:{account}:key/{key}"
    assert page.tiles()["name"]["value"] == arn
    assert f'key_policy_key="{arn}"' in page.asked()["events"]["parts"][0]


def test_the_example_request_uses_an_action_of_the_open_statement_and_is_called_an_example(page: Shown) -> None:
    page.open(DETAIL)
    (statement,) = [row for row in tables(page, "statements") if row[0] == "OPEN"]
    rows = tables(page, "witness")
    example = {row[1]: row[2] for row in rows}
    assert {row[0] for row in rows} == {"example"}
    assert example["action"].startswith("kms:") and example["action"] in statement[4]
    assert example["aws:PrincipalAccount"] not in page.tiles()["name"]["value"]
    assert tables(page, "history")[0][4] == page.tiles()["severity"]["value"]


def test_a_key_without_a_change_in_the_chosen_time_is_explained(page: Shown) -> None:
    page.open(DETAIL, key="arn:aws:kms:us-east-1:999999999999:key/0")
    tiles = page.tiles()
    assert "longer time" in tiles["no_policy"]["text"]
    assert set(tiles) == {"no_policy", "uses_none", "grants_none"}


def test_the_setup_page_says_what_to_do(page: Shown) -> None:
    page.open(SETUP)
    tiles = page.tiles()
    states = [row[0] for row in tiles["checks"]["rows"]]
    assert states == sorted(states, key=["problem", "warning", "waiting", "ok"].index)
    assert all((row[3] == "nothing") == (row[0] == "ok") for row in tiles["checks"]["rows"])
    assert tables(page, "unreadable")


def test_the_setup_page_lists_the_searches_that_can_be_enabled(page: Shown) -> None:
    page.open(SETUP)
    rows = page.tiles()["searches"]["rows"]
    shipped = read_conf(APP / "default" / "savedsearches.conf")
    enabled = {name: settings.get("disabled", "0") in ("0", "false") for name, settings in shipped.items()}
    assert rows[0][1] == "KMS - Update inventory"
    assert {row[1] for row in rows[1:]} == {name for name in shipped if name.endswith(" - Rule")}
    assert {row[1] for row in rows if row[0] == "off"} == {row[1] for row in rows if not enabled[row[1]]}


def test_an_unconfigured_app_says_what_to_set_up(page: Shown, unconfigured: SampleSplunk) -> None:
    page.open(OVERVIEW, splunk=unconfigured)
    overview = page.tiles()
    assert "open Setup" in overview["nothing_found"]["text"]
    counted = ("open", "opened", "encrypt_only", "unread", "outside", "attempts")
    assert [overview[tile]["value"] for tile in counted] == ["0"] * 6
    assert set(overview) & {"by_audience", "by_severity", "open_by_account"} == set()
    page.browser.call("clickCell", tile="nothing_found", row=0, column=0)
    setup = page.tiles()["checks"]["rows"]
    assert setup[0][:2] == ["problem", "Key policy events arrive"]
    assert "kmspolicycheck_index" in setup[0][3]
    assert len([row for row in setup if row[0] == "problem"]) == 1
    page.open(DETAIL, splunk=unconfigured)
    assert set(page.tiles()) == {"no_keys"}
