"""Which rows the texts of one row's field become."""

from __future__ import annotations

import pytest

from kmspolicy.splunk.options import Options
from kmspolicy.splunk.policy_rows import PolicyRows
from tests.unit.events.calls import POLICY

OTHER = POLICY.replace("hi", "ho")
US, THEM = "111122223333", "444455556666"


@pytest.mark.parametrize(
    ("texts", "accounts", "rows"),
    [
        ([POLICY, POLICY], [None, None], 1),
        ([POLICY, OTHER, POLICY], [None, None, None], 2),
        ([POLICY, POLICY], [US, US], 2),
        ([POLICY, POLICY], ["", ""], 2),
        ([POLICY, OTHER], [None, None], 2),
        ([POLICY, POLICY], [US, THEM], 2),
        ([POLICY], [US], 1),
    ],
)
def test_equal_texts_count_once_unless_accounts_are_beside_them(
    texts: list[str], accounts: list[str | None], rows: int
) -> None:
    options = Options()
    options.field, options.expand = "p", False
    assert len(PolicyRows(options).of(texts, accounts)) == rows
