"""The verdicts on one policy: audiences, flags, granted actions, encrypt-only."""
from dataclasses import dataclass
from typing import Dict, Optional, Sequence, Tuple

from .actions import DECRYPT, ENCRYPT, mask_of
from .evaluate import KeyFacts, Request
from .policy import Policy, Statement
from .requesters import WIDEST_FIRST, Audience
from .witness import Searcher

_DECRYPT = mask_of(("kms:Decrypt",))


@dataclass(frozen=True)
class Grant:
    """What a row gets by one statement: the actions, a witness for the first of them, and whether a bound was hit."""

    actions: Tuple[str, ...]
    witness: Optional[Request] = None
    undecided: bool = False


class Verdict:
    """Verdicts on a policy for a set of checked actions; each is worked out when it is asked for."""

    def __init__(self, policy: Policy, key: KeyFacts, actions: Tuple[str, ...]) -> None:
        self.policy = policy
        self.actions = actions
        self.searcher = Searcher(policy, key)
        self._grants: Dict[Tuple[int, Audience, Tuple[str, ...]], Grant] = {}
        self._audiences: Dict[int, Audience] = {}

    def covers_action(self, statement: Statement, action: str) -> bool:
        """Whether the statement's action element covers the action."""
        return bool(statement.actions & mask_of((action,)))

    def covers_checked(self, statement: Statement) -> bool:
        """Whether it covers one of the checked actions."""
        return bool(statement.actions & mask_of(self.actions))

    def grant(self, statement: Statement, audience: Audience, actions: Optional[Tuple[str, ...]] = None) -> Grant:
        """What the row gets by the statement past every Deny, of the checked actions or those given."""
        asked = self.actions if actions is None else actions
        key = (statement.index, audience, asked)
        if key not in self._grants:
            found, witness, undecided = [], None, False
            for action in asked:
                answer = self.searcher.ask(statement, action, audience, self.policy.denies)
                if answer.open:
                    found.append(action)
                    witness = witness or answer.request
                    undecided = undecided or answer.undecided
            self._grants[key] = Grant(tuple(found), witness, undecided)
        return self._grants[key]

    def audience_alone(self, statement: Statement) -> Audience:
        """The widest row that the statement by itself gives a checked action, whatever the Denies say."""
        if statement.index not in self._audiences:
            self._audiences[statement.index] = next(
                (row for row in WIDEST_FIRST
                 if any(self.searcher.ask(statement, action, row, ()).open for action in self.actions)), Audience.none)
        return self._audiences[statement.index]

    @property
    def audience(self) -> Audience:
        """The widest row that gets a checked action from the whole policy."""
        for row in WIDEST_FIRST:
            if any(self.searcher.ask(statement, action, row, self.policy.denies).open
                   for statement in self.policy.allows for action in self.actions):
                return row
        return Audience.none

    @property
    def encrypt_only(self) -> bool:
        """Whether everyone can perform an encrypt action and is given no decrypt action.

        A NotAction that withholds kms:Decrypt shows what its author wants to keep back, so the kms:ReEncryptFrom that
        it leaves over does not count as given.
        """
        gives = [s for s in self.policy.allows if not (s.all_but and not s.actions & _DECRYPT)]
        return self._everyone(self.policy.allows, ENCRYPT) and not self._everyone(gives, DECRYPT)

    def _everyone(self, statements: Sequence[Statement], actions: Tuple[str, ...]) -> bool:
        return any(self.searcher.ask(statement, action, Audience.everyone, self.policy.denies).open
                   for statement in statements for action in actions)
