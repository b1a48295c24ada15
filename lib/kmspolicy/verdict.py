"""The verdicts on one policy: audiences, flags, granted actions, encrypt-only.

Source: the threat model of this app (README, *Who may use the key*).
"""

from collections.abc import Iterable
from typing import Optional

from .actions import CROSS_ACCOUNT_MASK, DECRYPT_MASK, ENCRYPT_MASK, mask_of, names_of
from .audience import NAMED_ROWS, WIDEST_FIRST, WITHIN_ACCOUNT, Audience
from .caching import lazy
from .evaluate import KeyFacts
from .grants import NOTHING, Grant
from .policy import Policy, Statement
from .witness import Searcher

_DECRYPT = mask_of(("kms:Decrypt",))


class Verdict:
    """Verdicts on a policy for a set of checked actions; each is worked out when it is asked for."""

    def __init__(self, policy: Policy, key: KeyFacts, actions: tuple[str, ...]) -> None:
        self.policy = policy
        self.key = key
        self.actions = actions
        self.checked = mask_of(actions)
        self._audiences: dict[int, Audience] = {}

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
        usable = self.checked if audience in WITHIN_ACCOUNT else self.checked & CROSS_ACCOUNT_MASK
        for statement in statements:
            if not statement.actions & usable & ~mask or not (by_name or statement.principals.open_ended):
                continue
            rows = self._rows_named(statement, self.checked)
            if rows is None:
                mask |= self.grant(statement, audience).actions
            elif audience in rows:
                mask |= statement.actions & usable
        return names_of(mask)

    def _rows_named(self, statement: Statement, past: int) -> Optional[frozenset[Audience]]:
        """Who gets the checked actions, where the principal element alone decides; see Searcher.rows_by_name."""
        rows = self.searcher.rows_by_name(statement, past)
        if rows and not statement.actions & self.checked & CROSS_ACCOUNT_MASK:
            return rows - {Audience.external}
        return rows

    def audience_alone(self, statement: Statement) -> Audience:
        """The widest row that the statement by itself gives a checked action, whatever the Denies say."""
        if statement.number not in self._audiences:
            self._audiences[statement.number] = self._alone(statement)
        return self._audiences[statement.number]

    def _alone(self, statement: Statement) -> Audience:
        usable = statement.actions & self.checked
        if not usable or not statement.allow:
            return Audience.none
        rows = self._rows_named(statement, 0)
        if rows is not None:
            return next((row for row in NAMED_ROWS if row in rows), Audience.none)
        open_rows = self.searcher.rows(statement)
        for row in WIDEST_FIRST:
            if row in open_rows and self.searcher.grant(statement, usable, row, ()).actions:
                return row
        return Audience.none

    @lazy
    def flagged(self) -> bool:
        """Whether everyone gets a checked action from the whole policy."""
        return any(self.grant(statement, Audience.everyone).actions for statement in self.policy.open_ended)

    @lazy
    def audience(self) -> Audience:
        """The widest row that gets a checked action from the whole policy."""
        if self.flagged:
            return Audience.everyone
        for row in (Audience.network, Audience.organization):  # whom no principal element names
            if any(self.grant(statement, row).actions for statement in self.policy.open_ended):
                return row
        named: set[Audience] = set()
        searched: list[Statement] = []
        for statement in self.policy.allows:
            if statement.actions & self.checked:
                rows = self._rows_named(statement, self.checked)
                if rows is None:
                    searched.append(statement)
                else:
                    named |= rows
        for row in NAMED_ROWS:
            if row in named or any(self.grant(statement, row).actions for statement in searched):
                return row
        return Audience.none

    @lazy
    def unproven(self) -> Optional[Statement]:
        """A statement by which the policy has its audience as far as the bound let see; None where that is sure."""
        open_still: Optional[Statement] = None
        if self.audience is Audience.none or not self.searcher.bound_met:
            return None
        for statement in self.policy.allows:
            rows = self.searcher.rows_by_name(statement, self.checked)
            grant = self.grant(statement, self.audience) if rows is None or self.audience not in NAMED_ROWS else NOTHING
            if grant.undecided:
                open_still = open_still or statement
            elif grant.actions or (rows is not None and self.granted((statement,), self.audience)):
                return None
        return open_still

    def is_unproven(self, statement: Statement) -> bool:
        """Whether the bound ended a search that an answer about the statement rests on."""
        asked = []
        if self.searcher.rows_by_name(statement, self.checked) is None:
            alone = self.audience_alone(statement)
            asked += [self.grant(statement, Audience.everyone), self.grant(statement, alone)]
            if self.searcher.rows_by_name(statement, 0) is None:
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
