"""Tells what a statement comes to, where nothing else in its policy can change that.

It is so past no Deny, where the principal element alone decides, and where every condition of a statement for everyone
is general: whom it lets in is the same in whatever policy it stands (see general.py).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, Optional

from ..evaluation.request import KeyFacts
from ..policy.actions import names_of
from ..policy.model import Condition
from ..requesters.audience import NAMED_ROWS, WIDEST_FIRST, Audience
from ..requesters.exclusions import rules_out
from ..requesters.policy_independence import general_rows
from ..witness.access import within_reach
from ..witness.searcher import gained_alone

_STEPS_OF_A_ROW = 1_000  # what takes more is not settled, but asked row by row, as far as it is needed
STEPS_TO_SETTLE = _STEPS_OF_A_ROW * len(WIDEST_FIRST)


class Settled(NamedTuple):
    """What a statement comes to.

    audience: the widest row that gets in; gets: the checked actions, as bit masks, of the rows that get some, as far as
    they are known: no wider row gets any; answers: the attributes of a StatementAnalysis that this settles.
    """

    audience: Audience
    gets: Mapping[Audience, int]
    answers: Mapping[str, object]


def _settled(gets: Mapping[Audience, int]) -> Settled:
    """gets: from the widest row to the narrowest."""
    found = {row: actions for row, actions in gets.items() if actions}
    audience = next(iter(found), Audience.none)
    granted = names_of(found.get(audience, 0))
    return Settled(
        audience, found, {"audience": audience, "flagged": audience is Audience.everyone, "granted": granted}
    )


NOBODY = _settled({})


@lru_cache(maxsize=512)
def settled_by_name(rows: frozenset[Audience], usable: int) -> Settled:
    """rows: whom the principal element names; usable: which of the checked actions (a bit mask) it gives them."""
    return _settled({row: within_reach(row, usable) for row in NAMED_ROWS if row in rows})


@lru_cache(maxsize=2048)
def settled_alone(conditions: tuple[Condition, ...], usable: int, key: KeyFacts) -> tuple[Optional[Settled], int]:
    """The same of an Allow for everyone under these conditions, all general; None where it takes more to tell.

    And the steps that this answer takes. key: what general answers depend on of it; its account is known.
    """
    general = general_rows(conditions)
    steps = 0
    for row in WIDEST_FIRST:
        asked = within_reach(row, usable)
        if not asked or any(row in rules_out(condition, key.account) for condition in conditions):
            continue
        if row not in general:
            return None, steps
        gained, undecided, taken = gained_alone(conditions, asked, row, key, _STEPS_OF_A_ROW)
        steps += taken
        if undecided:
            return None, steps
        if gained:
            return _settled({row: gained}), steps
    return NOBODY, steps
