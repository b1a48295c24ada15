"""The verdicts on one policy: audiences, flags, granted actions, encrypt-only."""

from collections.abc import Iterable
from functools import cached_property

from .actions import DECRYPT_MASK, ENCRYPT_MASK, mask_of, names_of
from .audience import WIDEST_FIRST, Audience
from .evaluate import KeyFacts
from .policy import Policy, Statement
from .witness import Grant, Searcher

_DECRYPT = mask_of(("kms:Decrypt",))


class Verdict:
    """Verdicts on a policy for a set of checked actions; each is worked out when it is asked for."""

    def __init__(self, policy: Policy, key: KeyFacts, actions: tuple[str, ...]) -> None:
        self.policy = policy
        self.actions = actions
        self.checked = mask_of(actions)
        self.searcher = Searcher(policy, key)
        self._audiences: dict[int, Audience] = {}

    def grant(self, statement: Statement, audience: Audience) -> Grant:
        """What the row gets of the checked actions by the statement, past every Deny."""
        return self.searcher.grant(statement, self.checked, audience)

    def granted(self, statements: Iterable[Statement], audience: Audience) -> tuple[str, ...]:
        """Names of the checked actions that the row gets by these statements, in the order of the option."""
        mask = 0
        for statement in statements:
            mask |= self.grant(statement, audience).actions
        return names_of(mask)

    def audience_alone(self, statement: Statement) -> Audience:
        """The widest row that the statement by itself gives a checked action, whatever the Denies say."""
        if statement.index not in self._audiences:
            self._audiences[statement.index] = next(
                (row for row in WIDEST_FIRST if self.searcher.grant(statement, self.checked, row, ()).actions),
                Audience.none,
            )
        return self._audiences[statement.index]

    @cached_property
    def audience(self) -> Audience:
        """The widest row that gets a checked action from the whole policy."""
        concerned = [statement for statement in self.policy.allows if statement.actions & self.checked]
        for row in WIDEST_FIRST:
            if any(self.grant(statement, row).actions for statement in concerned):
                return row
        return Audience.none

    @property
    def encrypt_only(self) -> bool:
        """Whether everyone can perform an encrypt action and is given no decrypt action.

        A NotAction that withholds kms:Decrypt shows what its author wants to keep back, so the kms:ReEncryptFrom that
        it leaves over does not count as given.
        """
        if not self._everyone(self.policy.allows, ENCRYPT_MASK):
            return False
        giving = (s for s in self.policy.allows if s.actions & _DECRYPT or not s.all_but)
        return not self._everyone(giving, DECRYPT_MASK)

    def _everyone(self, statements: Iterable[Statement], actions: int) -> bool:
        return any(self.searcher.grant(statement, actions, Audience.everyone).actions for statement in statements)
