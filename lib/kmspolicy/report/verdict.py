"""The verdicts on one policy: audiences, flags, granted actions, encrypt-only.

Source: the threat model of this app (README, *Who may use the key*).
"""

from collections.abc import Iterable
from typing import Optional

from ..caching import lazy
from ..evaluation.request import KeyFacts
from ..policy.actions import DECRYPT_MASK, ENCRYPT_MASK, mask_of, names_of
from ..policy.model import Policy, Statement
from ..requesters.audience import NAMED_ROWS, WIDEST_FIRST, Audience
from ..requesters.policy_independence import general_rows
from ..witness.access import NOTHING, Grant, within_reach
from ..witness.searcher import Searcher
from .shortcuts import NOBODY, STEPS_TO_SETTLE, Settled, settled_alone, settled_by_name

_MOST_IN_VAIN = 20  # a few hundredths of a policy's steps
_DECRYPT = mask_of(("kms:Decrypt",))


class Verdict:
    """Verdicts on a policy for a set of checked actions; each is worked out when it is asked for."""

    def __init__(self, policy: Policy, key: KeyFacts, actions: tuple[str, ...]) -> None:
        self.policy = policy
        self.key = key
        self.actions = actions
        self.checked = mask_of(actions)
        self._in_vain = 0  # statements that could not be settled
        self._audiences: dict[int, Audience] = {}
        self._settled: dict[int, Optional[Settled]] = {}

    @lazy
    def searcher(self) -> Searcher:
        """Answers questions about the policy; many policies raise none."""
        return Searcher(self.policy, self.key)

    def grant(self, statement: Statement, audience: Audience) -> Grant:
        """What the row gets of the checked actions by the statement, past every Deny."""
        return self.searcher.grant(statement, self.checked, audience)

    def granted(self, statements: Iterable[Statement], audience: Audience) -> tuple[str, ...]:
        """Names of the checked actions that the row gets by these statements, in the table's order."""
        if audience is Audience.none:
            return ()
        mask, by_name = 0, audience in NAMED_ROWS
        usable = within_reach(audience, self.checked)
        for statement in statements:
            if not statement.actions & usable & ~mask or not (by_name or statement.principals.open_ended):
                continue
            settled = self.settled(statement)
            if settled is None:
                mask |= self.grant(statement, audience).actions
            else:
                mask |= settled.gets.get(audience, 0)
        return names_of(mask)

    def settled(self, statement: Statement) -> Optional[Settled]:
        """What the statement comes to, where nothing else in the policy can change that; None where it takes a search.

        Rows narrower than the statement's audience may be left out of it. Nobody asks for them: as no Deny touches the
        statement, the policy's audience is not narrower than that of the statement.
        """
        number = statement.number
        if number not in self._settled:
            self._settled[number] = self._settle(statement)
        return self._settled[number]

    def _settle(self, statement: Statement) -> Optional[Settled]:
        usable = statement.actions & self.checked
        if not usable or not statement.allow:
            return NOBODY
        if usable & self.policy.denied:
            return None
        if not statement.principals.open_ended:
            rows = self.searcher.rows_by_name(statement)
            return None if rows is None else settled_by_name(rows, usable)
        if not self._can_settle or not self.searcher.is_plain(statement) or not general_rows(statement.conditions):
            return None
        found, steps = settled_alone(statement.conditions, usable, self.searcher.general_key)
        self.searcher.budget.spend(steps)
        self._in_vain += found is None
        return found

    @property
    def _can_settle(self) -> bool:
        steps_left = self.searcher.budget.left >= STEPS_TO_SETTLE
        return steps_left and self._in_vain < _MOST_IN_VAIN and self.key.account is not None

    def audience_alone(self, statement: Statement) -> Audience:
        """The widest row that the statement by itself gives a checked action, whatever the Denies say."""
        settled = self.settled(statement)
        if settled is not None:
            return settled.audience
        if statement.number not in self._audiences:
            self._audiences[statement.number] = self._alone(statement)
        return self._audiences[statement.number]

    def _alone(self, statement: Statement) -> Audience:
        usable = statement.actions & self.checked
        rows = self.searcher.rows_by_name(statement)
        if rows is not None:
            return settled_by_name(rows, usable).audience
        open_rows = self.searcher.rows(statement)
        for row in WIDEST_FIRST:
            if row in open_rows and self.searcher.grant(statement, usable, row, ()).actions:
                return row
        return Audience.none

    @lazy
    def flagged(self) -> bool:
        """Whether everyone gets a checked action from the whole policy."""
        return any(self.gets_in(statement, Audience.everyone) for statement in self.policy.open_ended)

    def gets_in(self, statement: Statement, row: Audience) -> bool:
        """Whether the row, which is not narrower than the statement's audience, gets a checked action by it."""
        settled = self.settled(statement)
        return bool(self.grant(statement, row).actions) if settled is None else row in settled.gets

    @lazy
    def audience(self) -> Audience:
        """The widest row that gets a checked action from the whole policy."""
        if self.flagged:
            return Audience.everyone
        for row in (Audience.network, Audience.organization):  # whom no principal element names
            if any(self.gets_in(statement, row) for statement in self.policy.open_ended):
                return row
        for row in NAMED_ROWS:
            if any(self.gets_in(statement, row) for statement in self.policy.allows):
                return row
        return Audience.none

    @lazy
    def unproven(self) -> Optional[Statement]:
        """A statement by which the policy has its audience as far as the bound let see; None where that is sure."""
        open_still: Optional[Statement] = None
        if self.audience is Audience.none or not self.searcher.bound_met:
            return None
        for statement in self.policy.allows:
            settled = self.settled(statement)
            grant = self.grant(statement, self.audience) if settled is None else NOTHING
            if grant.undecided:
                open_still = open_still or statement
            elif grant.actions or (settled is not None and self.audience in settled.gets):
                return None
        return open_still

    def is_unproven(self, statement: Statement) -> bool:
        """Whether the bound ended a search that an answer about the statement rests on."""
        if self.settled(statement) is not None:
            return False
        alone = self.audience_alone(statement)
        asked = [self.grant(statement, alone), self.grant(statement, Audience.everyone)]
        if not self.searcher.bound_met:
            return False
        if self.searcher.rows_by_name(statement) is None:
            asked.append(self.searcher.grant(statement, statement.actions & self.checked, alone, ()))
        return any(grant.undecided for grant in asked)

    @property
    def encrypt_only(self) -> bool:
        """Whether everyone can perform an encrypt action and is given no decrypt action.

        A NotAction that withholds kms:Decrypt shows what its author wants to keep back, so the kms:ReEncryptFrom that
        it leaves over does not count as given.
        """
        if not self.flagged and ENCRYPT_MASK & ~self.checked == 0:
            return False
        if not self._everyone(self.policy.open_ended, ENCRYPT_MASK):
            return False
        giving = (s for s in self.policy.open_ended if s.actions & _DECRYPT or not s.all_but)
        return not self._everyone(giving, DECRYPT_MASK)

    def _everyone(self, statements: Iterable[Statement], actions: int) -> bool:
        return any(self.searcher.grant(statement, actions, Audience.everyone).actions for statement in statements)
