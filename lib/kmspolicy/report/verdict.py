"""The verdicts on one policy: audiences, flags, granted actions, encrypt-only.

Source: docs/threat-model.md, *Who might send a request*, *Actions and grants* and *What the flags and severities mean*.
"""

from collections.abc import Sequence
from typing import Optional

from ..budget import Budget
from ..caching import lazy
from ..evaluation.request import KeyFacts, Request
from ..policy import actions as kms
from ..policy.actions import Mask, mask_of, names_of, shown, unknown
from ..policy.condition import Condition
from ..policy.model import Policy, Statement
from ..requesters.audience import NAMEABLE, NEXT_WIDER, WIDEST_FIRST, Audience
from ..requesters.key_kinds import performed
from ..requesters.population import partitions
from ..witness.access import NO_ACCESS, Access, within_reach
from ..witness.searcher import POLICY_STEPS, Searcher
from .candidate_keys import candidate_keys
from .shortcuts import ShortCuts

NAMING_STEPS = 8_000
EXAMPLE_STEPS = 400  # examples, where the questions have taken all of theirs


class Verdict:
    """Verdicts on a policy for a set of checked actions; each is worked out when it is asked for."""

    def __init__(
        self, policy: Policy, key: KeyFacts, actions: tuple[str, ...], budget: Optional[Budget] = None
    ) -> None:
        """budget: of all questions about the policy, None for a new one."""
        self._budget = budget
        told_apart = partitions(policy, key)
        if len(told_apart) == 1:
            policy = policy.within(told_apart[0])
            key = key if key.partition else key._replace(partition=told_apart[0])
        self.policy = policy
        self.key = key
        self.actions = actions
        self.extra = unknown(actions)
        self.asked = mask_of(actions, self.extra)
        self.checked = self.asked & performed(key.usage, key.spec, key.origin)
        self._encapsulation = 0 if key.kind_is_told else self.checked & kms.ENCAPSULATION_MASK
        self._plain = self.checked & ~self._encapsulation
        self._answers: dict[tuple[object, ...], Access] = {}
        self._audiences: dict[int, Audience] = {}
        self._counted: dict[Audience, Mask] = {}
        self._listed: dict[Audience, Sequence[Statement]] = {}
        self._denies: dict[Mask, tuple[Statement, ...]] = {}

    @lazy
    def naming(self) -> Budget:
        """The steps for naming, in reasons, those who keep access past conditions and Denies."""
        return Budget(NAMING_STEPS)

    @lazy
    def searcher(self) -> Searcher:
        """Answers questions about the policy; many policies raise none."""
        return Searcher(self.policy, self.key, self.extra, self._budget or Budget(POLICY_STEPS))

    @lazy
    def _short_cuts(self) -> ShortCuts:
        return ShortCuts(self.searcher)

    def access(self, statement: Statement, audience: Audience, enough: bool = False) -> Access:
        """What the audience gets of the checked actions that count by the statement, past every Deny. enough: see
        _given."""
        found = self._given(statement, audience, self._plain, enough=enough)
        if not statement.actions & self._encapsulation or (enough and found.proven):
            return found
        return found | self._given(statement, audience, self._encapsulation & self.counted(audience))

    def _given(
        self, statement: Statement, audience: Audience, actions: Mask, denied: bool = True, enough: bool = False
    ) -> Access:
        """What the statement gives the audience of some actions.

        denied: past every Deny, else whatever they say; enough: whether one action that is proven is enough.
        """
        asked = self.searcher.conceivable(statement, actions, audience)
        hit = self.policy.hit_by_denies(asked) if denied else 0
        found = self._answer(statement, audience, asked & ~hit, False, enough)
        if not hit or (enough and found.proven):
            return found
        return found | self._answer(statement, audience, hit, True, enough)

    def _answer(self, statement: Statement, audience: Audience, asked: Mask, denied: bool, enough: bool) -> Access:
        """What the audience gets of conceivable actions. denied, enough: see _given."""
        if not asked:
            return NO_ACCESS
        if not denied and self.searcher.gives_by_name(statement, audience):
            return Access(asked, asked)
        elements = statement.number, statement.principals, statement.conditions, statement.resource
        question = elements, audience, asked, denied
        found = self._answers.get(question)
        if found is None or not (found.whole or enough):
            if denied:
                found = self.searcher.access(statement, asked, audience, enough=enough)
            else:
                found = self._short_cuts.access(statement, asked, audience, enough)
            self._answers[question] = found
        return found

    def counted(self, audience: Audience) -> Mask:
        """The checked actions that count for an audience: of a key whose kind nobody tells, those that work on ML-KEM
        keys only count if neither it nor a wider one is given another action of their class."""
        if audience not in self._counted:
            wider = NEXT_WIDER.get(audience)
            counted = self.counted(wider) if wider else self.checked
            for statement in self.listed(audience):
                apart = counted & self._encapsulation
                gained = self._given(statement, audience, self._plain).actions if apart else 0
                for those in (kms.ENCRYPT_MASK, kms.DECRYPT_MASK):
                    if gained & those:
                        counted &= ~(apart & those)
            self._counted[audience] = counted
        return self._counted[audience]

    def listed(self, audience: Audience) -> Sequence[Statement]:
        """The statements that may give the audience a checked action, by a look at each of their elements alone."""
        found = self._listed.get(audience)
        if found is None:
            able = self.policy.allows if audience in NAMEABLE else self.policy.open_ended
            found = [each for each in able if self.searcher.conceivable(each, self.checked, audience)]
            self._listed[audience] = found
        return found

    def denies_of(self, actions: Mask) -> tuple[Statement, ...]:
        """The Denies that cover some of these actions and the key, or may."""
        if actions not in self._denies:
            concerned = [each for each in self.policy.denies if each.actions & actions and self.searcher.covers(each)]
            self._denies[actions] = tuple(concerned)
        return self._denies[actions]

    # --- one statement ---------------------------------------------------------------------------------------

    def audience_alone(self, statement: Statement) -> Audience:
        """The widest audience that the policy's statement by itself gives a checked action, whatever the Denies say."""
        found = self._audiences.get(statement.number)
        if found is None:
            able = WIDEST_FIRST if statement.principals.open_ended else NAMEABLE
            found = next((each for each in able if self.alone(statement, each).actions), Audience.none)
            self._audiences[statement.number] = found
        return found

    def alone(self, statement: Statement, audience: Audience) -> Access:
        """What the statement by itself gives the audience, whatever the Denies say, up to the first action that is
        proven."""
        plain = self._given(statement, audience, self._plain, denied=False, enough=True)
        if plain.actions or not statement.actions & self._encapsulation:
            return plain
        return self._given(statement, audience, self._encapsulation, denied=False, enough=True)

    def by(self, statement: Statement, condition: Condition, audience: Audience) -> Access:
        """What the audience would get if this condition were the statement's only one, and nothing denied."""
        return self.alone(statement._replace(conditions=(condition,), alternatives=(), resource=None), audience)

    def opened(self, statement: Statement, audience: Audience) -> Mask:
        """The actions that count and that the statement by itself gives the audience, whatever the Denies say."""
        return self._given(statement, audience, self.counted(audience), denied=False).actions

    def flagged_actions(self, statement: Statement) -> Mask:
        """The checked actions that everyone gets by the statement and that count."""
        return self.access(statement, Audience.everyone).actions if statement.principals.open_ended else 0

    def granted_by(self, statement: Statement, audience: Audience) -> tuple[str, ...]:
        """Names of the checked actions that the audience gets by the statement, in the table's order."""
        return () if audience is Audience.none else names_of(self.access(statement, audience).actions, self.extra)

    # --- the policy ------------------------------------------------------------------------------------------

    @lazy
    def flagged(self) -> bool:
        """Whether everyone gets a checked action from the whole policy."""
        return self._is_given(Audience.everyone)

    def _is_given(self, audience: Audience) -> bool:
        """Whether the audience gets a checked action from the whole policy."""
        return any(self.access(statement, audience).actions for statement in self.listed(audience))

    @lazy
    def audience(self) -> Audience:
        """The widest audience that gets a checked action from the whole policy."""
        if self.flagged:
            return Audience.everyone
        return next((audience for audience in WIDEST_FIRST[1:] if self._is_given(audience)), Audience.none)

    @lazy
    def granted(self) -> tuple[str, ...]:
        """Names of the checked actions that the audience gets by any statement, in the table's order."""
        mask, left = 0, within_reach(self.audience, self.checked)
        for statement in self.listed(self.audience):
            if statement.actions & left:
                gained = self.access(statement, self.audience).actions
                mask |= gained
                left &= ~gained
                if gained & kms.GRANTS_MASK:  # which are shown under one name
                    left &= ~kms.GRANTS_MASK
        return names_of(mask, self.extra)

    def request(self, statement: Statement) -> Optional[Request]:
        """A stranger's request for a checked action that the statement allows; None where none was found."""
        proven = self.access(statement, Audience.everyone).proven
        if not proven:
            return None
        found = self.searcher.proof(statement, proven)
        if found is None and not self.searcher.budget.left:
            found = self._last_searcher.proof(statement, proven)
        return found

    @lazy
    def _last_searcher(self) -> Searcher:
        """Looks for examples of what is known to be open when the questions have taken all steps: it has its own."""
        return Searcher(self.policy, self.key, self.extra, Budget(EXAMPLE_STEPS))

    @lazy
    def only_encapsulates(self) -> bool:
        """Whether all that everyone gets works on ML-KEM keys only, and the key is not known to be one."""
        return self.flagged and not any(self.flagged_actions(each) & self._plain for each in self.policy.open_ended)

    @lazy
    def encrypt_only(self) -> bool:
        """Whether for some key that this one can be everyone can surely encrypt, and not everyone can decrypt."""
        if not self.flagged and not kms.ENCRYPT_MASK & ~self.checked:
            return False
        plain = self._gained(kms.ENCRYPT_MASK & ~kms.ENCAPSULATION_MASK).proven
        if not plain and not self._gained(kms.ENCRYPT_MASK).proven:
            return False
        if not self._gained(kms.DECRYPT_MASK).actions:
            return True
        counting = ~kms.ENCAPSULATION_MASK if plain and not self.key.kind_is_told else ~0
        left = self.searcher.budget
        budget = Budget(left.left // 2, left)  # there may be a witness to find
        for key in candidate_keys(self.policy, self.key, "kms:Encrypt" if plain else kms.ENCAPSULATE, budget):
            if key == self.key:  # of which everyone may decrypt something
                continue
            if not budget.left:
                self.searcher.limit_reached = True
                break
            those = Verdict(self.policy, key, self.actions, budget)
            decrypts = kms.DECRYPT_MASK & counting
            if not those._gained(decrypts).actions and those._gained(kms.ENCRYPT_MASK & counting).proven:
                return True
            self.searcher.limit_reached |= those.searcher.limit_reached
        return False

    def _gained(self, actions: Mask) -> Access:
        """What everyone gets of some actions, checked or not, up to the first one that is proven."""
        usable, gained = actions & performed(self.key.usage, self.key.spec, self.key.origin), NO_ACCESS
        for statement in self.policy.open_ended:
            gained |= self._given(statement, Audience.everyone, usable, enough=True)
            if gained.proven:
                break
        return gained

    # --- what is not proven ----------------------------------------------------------------------------------

    def assumed(self, statement: Statement) -> tuple[str, ...]:
        """The checked actions to which an answer about the statement assumes access that was not proven."""
        if not self.searcher.limit_reached:
            return ()
        alone = self.audience_alone(statement)
        asked = [self.access(statement, audience) for audience in (alone, self.audience, Audience.everyone)]
        names: set[str] = set()
        for access in (*asked, asked[0] | self.alone(statement, alone)):  # what is proven past the Denies is so without
            proven = shown(names_of(access.proven, self.extra))
            names.update(name for name in shown(names_of(access.undecided, self.extra)) if name not in proven)
        return tuple([name for name in shown(names_of(self.checked, self.extra)) if name in names])
