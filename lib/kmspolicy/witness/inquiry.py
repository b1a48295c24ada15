"""One inquiry: what a statement gives an audience past some Denies, in one population.

Source: KMS Developer Guide, *Grants in AWS KMS*.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Optional

from ..budget import Budget, Undecided
from ..caching import Recent
from ..policy.actions import CREATE_GRANT, GRANTS_FOR, GRANTS_MASK, Mask, mask_of, names_of
from ..policy.condition import keys_read
from ..policy.model import Statement
from ..policy.principals import accounts_and_services
from ..requesters.audience import Audience
from ..requesters.key_kinds import performed
from ..requesters.keys import actions_matter
from ..requesters.population import Population
from .access import NO_ACCESS, Access
from .asked import Asked, Known, are_principals_told_apart, plain_problems
from .grants import grant_problems, makers
from .problems import Problems
from .questions import NO_DENIES, Denies, Questions, alike
from .trials import first_solved

_CREATING = mask_of((CREATE_GRANT,))


@dataclass(frozen=True)
class Inquiry:
    """statement, denies: as they read in the population; possible: the audiences that the statement may allow
    something; budget, known: of all inquiries that go together; extra: asked actions that the table does not know, see
    actions.mask_of."""

    statement: Statement
    audience: Audience
    possible: frozenset[Audience]
    denies: Denies
    population: Population
    budget: Budget
    known: Known
    extra: tuple[str, ...]

    def accesses(self, actions: Mask) -> Iterator[Access]:
        """What the audience gets of these actions, one search after the other."""
        plain = actions & ~GRANTS_MASK
        denies = self.denies.among(plain)
        questions = self._asked(denies).questions
        for each in alike(plain, questions.read, denies.masks, self.extra, actions_matter(questions.read)):
            yield self._performed(each, denies)
        for name in names_of(actions & GRANTS_MASK):
            yield self._granted(name)

    def _performed(self, actions: Mask, denies: Denies) -> Access:
        """Whether the audience gets one of these actions, and so all of them; denies: all that may bear on them."""
        name, asked = names_of(actions, self.extra)[0], self._asked(denies.among(actions))
        return self._found((asked, actions), plain_problems(asked, name, self.audience), actions)

    def _granted(self, name: str) -> Access:
        """Whether the audience gets operations by grants that it creates: grants allow, they overrule no Deny.

        name: the action that stands for such grants.
        """
        key = self.population.key
        operations = mask_of(GRANTS_FOR[name]) & performed(key.usage, key.spec, key.origin)
        creators = [maker for maker in makers(self.audience) if maker in self.possible]
        creation, using = self.denies.among(_CREATING), self.denies.among(operations)
        read = self._asked(self.denies.among(_CREATING | operations), creation, using).questions.read
        for actions in alike(operations, using.read, using.masks, (), actions_matter(read)):
            use = self.denies.among(actions)
            asked = self._asked(self.denies.among(_CREATING | actions), creation, use)
            problems = grant_problems(asked, name, names_of(actions), self.audience, creators)
            found = self._found((asked, actions, *creators), problems, mask_of((name,)))
            if found.actions:
                return found
        return NO_ACCESS

    def _asked(self, denies: Denies, creation: Optional[Denies] = None, use: Denies = NO_DENIES) -> Asked:
        """What the statement allows past some Denies. creation, use: those of them that bear on the creation of a
        grant, and on its use."""
        own, budget = self.statement, self.budget
        who = self._of_accounts(denies)
        elements = who or own.principals, own.conditions, own.resource, own.alternatives

        def asked() -> Asked:
            statement = own._replace(principals=accounts_and_services(*who)) if who else own
            questions = Questions(statement, denies if creation is None else creation, budget, use)
            return Asked(statement, denies, questions, self.population, budget)

        return self.known.asked.answer((elements, denies, self.population, creation, use), asked)

    def _of_accounts(self, denies: Denies) -> Optional[tuple[frozenset[str], frozenset[str]]]:
        """The accounts and services that stand for the principals which the statement names, where nothing tells those
        of an account apart: statements that differ only in such names ask the same questions. None for others."""
        named = self.statement.principals
        if named.open_ended or named.unique_ids or not named.tells_principals_apart:
            return None
        if are_principals_told_apart(denies, keys_read(self.statement.tests) | denies.read):
            return None
        return named.owners, named.services

    def _found(self, question: tuple[Hashable, ...], problems: Iterator[Problems], actions: Mask) -> Access:
        """The access by the first problem that has a solution. question: what tells these problems from others."""
        known: Recent[Access] = self.known.by_search
        return known.answer((question, self.audience, actions), lambda: self._searched(problems, actions))

    def _searched(self, problems: Iterator[Problems], actions: Mask) -> Access:
        try:
            found = first_solved(problems, self.budget, self.known.by_search)
        except Undecided:
            return Access(actions)
        return NO_ACCESS if found is None else Access(actions, actions, found)
