"""What the pages say of a key in each state: the words that a person reads, and no others that contradict them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dev.dashboard.samples import SampleSplunk

from . import states
from .conftest import DETAIL, DRAWN, OVERVIEW, Shown, holding

pytestmark = DRAWN

CONTAIN = f"aws kms disable-key --region {states.REGION} --key-id "
HARMLESS = ("Nothing to do", "not open")
UNREAD = (*HARMLESS, "informational", "low", "none")


@dataclass(frozen=True)
class Expected:
    """What the detail page of a key shows: its first tile, words that are there, and words and values that are not.

    steps: the first words of each step, in order. never: whole values of tiles and cells.
    """

    key: str
    open: str
    steps: tuple[str, ...]
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


OPENED = ("Was this intended?", "Contain it", "Close it", "Look for damage", "Check the result")
STATES = {
    "open": Expected(
        states.OPEN.arn,
        "OPEN",
        OPENED,
        says=(
            "every AWS account can encrypt with it",
            "2026-03-19 08:00 UTC",
            "who set this policy at 2026-03-19 08:00 UTC",
            '"kms:CallerAccount": "111122223333"',
            CONTAIN + states.OPEN.arn,
            f"aws kms get-key-policy --region {states.REGION} --key-id {states.OPEN.arn} --policy-name default",
            "statement 2",
            "Nobody has sent it",
            "999988887777",
            "0123456789abcdef",
        ),
        never=HARMLESS,
    ),
    "closed": Expected(
        states.CLOSED.arn,
        "no",
        ("Closed again", "Grants", "Look back"),
        says=("open from 2026-03-17 08:00 UTC to 2026-03-18 08:00 UTC", "Only the key's own account can encrypt"),
        never=("OPEN", "?", "unread"),
    ),
    "unreadable": Expected(
        states.UNREADABLE.arn,
        "?",
        ("Read it in AWS", "If it is open", "Contain it", "Look for damage", "Why unread?"),
        says=("may be open", "StringEqualsWithTrust", CONTAIN + states.UNREADABLE.arn, "unread"),
        never=UNREAD,
    ),
    "open then unreadable": Expected(
        states.OPEN_THEN_UNREADABLE.arn,
        "OPEN",
        ("Read it in AWS", "Treat it as open", "Contain it", "Look for damage", "Why unread?"),
        says=("2026-03-18 07:00 UTC", "2026-03-19 07:00 UTC", "StringEqualsWithTrust"),
        never=UNREAD,
    ),
    "unreadable then closed": Expected(
        states.UNREADABLE_THEN_CLOSED.arn, "no", ("Nothing to do", "Grants"), never=("OPEN",)
    ),
    "network": Expected(
        states.NETWORK.arn,
        "no",
        ("Is the network yours?", "Limit it", "Was this intended?", "Intended?"),
        says=("vpce-0f1e2d3c4b5a69788", "medium", CONTAIN + states.NETWORK.arn),
        never=("Nothing to do", "OPEN"),
    ),
    "organization": Expected(
        states.ORGANIZATION.arn,
        "no",
        ("Is it your organization?", "If it is yours", "If it is not"),
        says=("o-a1b2c3d4e5", "aws organizations describe-organization", "kmspolicycheck_own_accounts"),
        never=("Nothing to do", "OPEN"),
    ),
    "external": Expected(
        states.EXTERNAL.arn,
        "no",
        ("Do you know these accounts?", "If you do not", "If you do"),
        says=("Other accounts can encrypt: 777788889999", CONTAIN + states.EXTERNAL.arn),
        never=("Nothing to do", "OPEN"),
    ),
    "service": Expected(
        states.SERVICE.arn,
        "no",
        ("Is each service limited?", "Nothing else to do"),
        says=("aws:SourceAccount",),
        never=("OPEN",),
    ),
    "nobody": Expected(states.NOBODY.arn, "no", ("No outsider can encrypt", "Does your account need the key?")),
    "disabled": Expected(
        states.DISABLED.arn,
        "disabled",
        ("Keep it disabled", "Was this intended?", "Close it", "Look for damage", "Check the result"),
        says=("disabled since 2026-03-19 01:00 UTC", "Enabling it lets them in again"),
        never=HARMLESS,
    ),
    "by a service": Expected(
        states.BY_SERVICE.arn,
        "OPEN",
        OPENED,
        says=("Ask stacks/kim via cloudformation.amazonaws.com",),
        never=HARMLESS,
    ),
    "replica": Expected(states.REPLICA_ARN, "OPEN", OPENED, says=("ReplicateKey", "eu-west-1"), never=HARMLESS),
}


def words(page: Shown) -> tuple[str, set[str]]:
    """Everything that is written on the page, and each value of a tile or a table's cell."""
    tiles = page.tiles()
    values = {line for tile in tiles.values() for row in tile["rows"] for cell in row for line in cell.split("\n")}
    return "\n".join(tile["text"] for tile in tiles.values()), values | {tile["value"] for tile in tiles.values()}


def steps(page: Shown) -> list[str]:
    """The steps of the detail page, each by its first words; they are numbered from 1."""
    rows = [row for tile, drawn in page.tiles().items() if tile.startswith("next_steps") for row in drawn["rows"]]
    assert [row[0] for row in rows] == [f"{number}." for number in range(1, len(rows) + 1)]
    return [row[1] for row in rows]


@pytest.mark.parametrize("state", STATES)
def test_the_detail_says_what_is_and_what_to_do(page: Shown, known: SampleSplunk, state: str) -> None:
    expected = STATES[state]
    page.open(DETAIL, known, key=expected.key)
    text, values = words(page)
    assert page.tiles()["open"]["value"] == expected.open
    assert steps(page) == list(expected.steps)
    assert [said for said in expected.says if said not in text] == []
    assert values & set(expected.never) == set()
    assert {tile: it["status"] for tile, it in page.tiles().items() if it["status"]} == {}


def test_a_statement_has_one_number_wherever_it_is_named(page: Shown, known: SampleSplunk) -> None:
    page.open(DETAIL, known, key=states.OPEN.arn)
    rows = [row for tile, drawn in page.tiles().items() if tile.startswith("statements") for row in drawn["rows"]]
    assert [(row[0], row[1]) for row in rows] == [("no", "Own (1)"), ("OPEN", "statement 2")]
    assert "Statement[" not in words(page)[0]


def test_a_statement_that_could_not_be_read_is_told_from_those_that_were(page: Shown, known: SampleSplunk) -> None:
    page.open(DETAIL, known, key=states.UNREADABLE.arn)
    rows = [row for tile, drawn in page.tiles().items() if tile.startswith("statements") for row in drawn["rows"]]
    assert [(row[0], row[1], row[6]) for row in rows] == [("no", "Own (1)", "internal"), ("?", "statement 2", "?")]
    assert rows[1][3] == rows[1][5] == "?" and "StringEqualsWithTrust" in rows[1][-1]


WORD = "W" * 300
LONG_WORDS = {
    "a Sid": {**states.allow("*"), "Sid": WORD},
    "a Sid of a statement that cannot be read": {**states.allow("*", Unheard={"a": "b"}), "Sid": WORD},
    "a condition": states.allow("*", StringEquals={"kms:EncryptionContext:w": WORD}),
    "a network": states.allow("*", StringEquals={"aws:SourceVpce": f"vpce-{WORD}"}),
    "an action": states.allow("*", ["kms:Encrypt", f"kms:{WORD}"]),
    "a principal": states.allow({"AWS": f"arn:aws:iam::777788889999:role/{WORD}"}),
}


LONG_KEYS = {name: states.Key(200 + at) for at, name in enumerate(LONG_WORDS)}


@pytest.fixture(scope="module")
def long() -> SampleSplunk:
    """A Splunk that holds a policy for each of the long words, and has no inventory yet."""
    return holding([states.put(LONG_KEYS[name], "2026-03-19T08:00:00Z", LONG_WORDS[name]) for name in LONG_WORDS])


@pytest.mark.parametrize("name", LONG_WORDS)
def test_a_word_that_is_longer_than_its_column_is_broken(page: Shown, long: SampleSplunk, name: str) -> None:
    page.open(DETAIL, long, key=LONG_KEYS[name].arn)
    assert any(WORD[:60] in cell for _, cell in cells(page))
    assert page.browser.call("overflowing") == []


def test_long_words_are_broken_in_the_overview(page: Shown, long: SampleSplunk) -> None:
    long.update_inventory()
    page.open(OVERVIEW, long)
    assert any(WORD[:60] in cell for _, cell in cells(page))
    assert page.browser.call("overflowing") == []


def cells(page: Shown) -> list[tuple[str, str]]:
    """Each cell of a table: its tile and what it says."""
    return [(tile, cell) for tile, drawn in page.tiles().items() for row in drawn["rows"] for cell in row]


def test_a_refused_call_is_in_the_history_and_opens_nothing(page: Shown, known: SampleSplunk) -> None:
    page.open(DETAIL, known, key=states.REFUSED.arn)
    ((_, call, result, who, severity, *_),) = page.tiles()["history_short"]["rows"]
    assert (call, result.split(), who, severity) == (
        "PutKeyPolicy",
        ["failure", "AccessDenied"],
        "(everyone)",
        "medium",
    )
    assert "open" not in page.tiles()


def test_without_an_inventory_the_detail_of_a_key_is_the_same(
    page: Shown, known: SampleSplunk, fresh: SampleSplunk
) -> None:
    page.open(DETAIL, known, key=states.OPEN.arn)
    expected = {tile: it["text"] for tile, it in page.tiles().items()}
    page.open(DETAIL, fresh, key=states.OPEN.arn)
    assert {tile: it["text"] for tile, it in page.tiles().items()} == expected


def test_the_overview_tells_open_unread_shared_and_refused_apart(page: Shown, known: SampleSplunk) -> None:
    page.open(OVERVIEW, known)
    tiles = page.tiles()
    counted = ("open", "opened", "encrypt_only", "unread", "outside", "attempts")
    assert [tiles[tile]["value"] for tile in counted] == ["4", "0", "2", "2", "3", "1"]
    assert "of 13 known since 2026-03-17" in tiles["open"]["text"]
    assert [row[0] for row in tiles["unread_keys_short"]["rows"]] == ["?", "OPEN"]
    assert [row[2] for row in tiles["outside_keys_medium"]["rows"]] == ["network", "organization", "external"]
    assert [row[1].split() for row in tiles["attempts_table_short"]["rows"]] == [["PutKeyPolicy", "AccessDenied"]]
    assert set(tiles) & {"no_open_keys", "no_outside", "no_attempts", "no_inventory", "nothing_found"} == set()


def test_what_stays_inside_the_company_is_named_and_not_reported(page: Shown, own: SampleSplunk) -> None:
    page.open(OVERVIEW, own)
    tiles = page.tiles()
    assert (tiles["outside"]["value"], [row[2] for row in tiles["outside_keys_short"]["rows"]]) == ("1", ["network"])
    assert "Production (111122223333), eu-central-1" in tiles["outside_keys_short"]["text"]
    for key, party in ((states.EXTERNAL, "Backup (777788889999)"), (states.ORGANIZATION, "o-a1b2c3d4e5")):
        page.open(DETAIL, own, key=key.arn)
        assert steps(page) == ["Nothing to do", "Grants"]
        assert f"of your own can encrypt: {party}." in words(page)[0]
        assert "commands" not in page.tiles()


def test_without_an_inventory_the_overview_says_what_it_cannot_know(page: Shown, fresh: SampleSplunk) -> None:
    page.open(OVERVIEW, fresh)
    tiles = page.tiles()
    assert "KMS - Update inventory" in tiles["no_inventory"]["text"]
    assert "of 1 known since 2026-03-19" in tiles["open"]["text"]
    assert "None of the known keys" in tiles["no_open_keys"]["text"]


def test_forty_keys_are_paged_and_none_is_cut(page: Shown, forty: SampleSplunk) -> None:
    page.open(OVERVIEW, forty)
    tile = page.tiles()["open_keys_tall"]
    assert page.tiles()["open"]["value"] == "40"
    assert (len(tile["rows"]), tile["text"].split()[-2:]) == (10, ["4", "Next"])
