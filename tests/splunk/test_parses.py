"""Splunk's parser takes every search that ships, with every macro and lookup that it names."""

from __future__ import annotations

import pytest

from dev.content.searches import searches
from dev.dashboard.views import read_views
from dev.spl.commands import ELSEWHERE
from dev.splunk.proof import Proof
from splunklib import binding
from tests.content.shipped import conf
from tests.splunk.asking import ran

SEARCHES = [search for search in searches() if not any(f"| {name} " in search.text for name in ELSEWHERE)]
MACROS = {name.partition("(")[0] for name in conf("macros")}
LOOKUPS = [name for name, settings in conf("transforms").items() if "filename" in settings]


def parse(proof: Proof, text: str) -> str:
    """What Splunk's parser says against a search: "" if nothing."""
    query = text.strip()
    if not query.startswith("|"):
        query = f"search {query}"
    try:
        proof.searcher.parse(query, output_mode="json")
    except binding.HTTPError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: search.where)
def test_a_search_parses(proof: Proof, search: tuple[str, str, bool]) -> None:
    _, text, chained = search
    refusal = parse(
        proof, f"| makeresults {text if text.lstrip().startswith('|') else f'| {text}'}" if chained else text
    )
    assert not refusal, f"{proof.target.name}: {refusal}"


def test_the_parser_names_a_macro_that_is_missing(proof: Proof) -> None:
    assert "kmspolicycheck_no_such_macro" in parse(proof, "`kmspolicycheck_no_such_macro`")


def test_the_searches_that_parse_use_every_macro() -> None:
    texts = [search.text for search in SEARCHES] + [one.get("definition", "") for one in conf("macros").values()]
    assert [name for name in sorted(MACROS) if not any(f"`{name}" in text for text in texts)] == []


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_can_be_read(proof: Proof, name: str) -> None:
    """The inventory is there after its first run; before that, the assumption missing-lookup is about it."""
    proof.set_lookups({conf("transforms")[name]["filename"]: [{"key_policy_key": "k", "key": "k"}]})
    assert ran(proof.search(f"| inputlookup {name}"), proof).rows


@pytest.mark.parametrize("view", [view.name for view in read_views()])
def test_a_view_is_there(proof: Proof, view: str) -> None:
    answer = proof.app_service().get(f"data/ui/views/{view}")
    assert answer.status == 200
