"""What the Denies do to a statement: which remove access, who keeps it, and which only seem to remove it.

Source: docs/threat-model.md, *Reasons*.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Optional

from ..evaluation.evaluator import holds, principal_matches
from ..evaluation.request import Request
from ..policy.actions import DECRYPT_MASK, ENCRYPT_MASK, GRANTS_MASK, Mask, mask_of, names_of, shown
from ..policy.model import Statement
from ..requesters.audience import WIDEST_FIRST, Audience
from ..witness.access import Access
from .left import Left
from .sentences import SHOWN, Code, Reason, short, some, statement_names
from .verdict import Verdict

_ASKED = 30  # Denies that are tried one by one: those with the fewest conditions


def denied(verdict: Verdict, statement: Statement, alone: Audience) -> Iterator[Reason]:
    """Which Denies take access from the statement's audience: all or some of it, each by itself or several together."""
    still = verdict.access(statement, alone).actions
    if not verdict.policy.hit_by_denies(statement.actions & verdict.counted(alone) & ~still):
        return
    opened = verdict.opened(statement, alone)
    still &= opened
    if still == opened:
        return
    if still:
        yield from _losses(verdict, statement, alone, opened, still)
        return
    hitting = list(verdict.denies_of(_with_granted(opened)))

    def kept(denies: Iterable[Statement], audience: Audience = alone, actions: Mask = opened) -> Access:
        """What an audience keeps where these are the only Denies, up to the first action that is proven."""
        return verdict.searcher.access(statement, actions, audience, tuple(denies), enough=True)

    def close(denies: Iterable[Statement]) -> bool:
        """Whether these Denies leave nothing of it."""
        return not kept(denies).actions

    asked = _fewest(verdict, hitting)
    closing = list(islice((deny for deny in asked if len(hitting) == 1 or close((deny,))), SHOWN))
    emptied = _emptied(verdict, statement, alone, opened) if len(hitting) > len(closing) else []

    def spare(denies: Iterable[Statement]) -> bool:
        """Whether these Denies leave something to an audience that has nothing in the end."""
        return any(kept(denies, audience).proven for audience in emptied)

    if closing and not spare(closing):
        for deny in closing:
            yield _closed(verdict, statement, alone, (deny,), kept)
    else:
        closing = _needed(hitting, lambda denies: close(denies) and not spare(denies)) if asked else hitting
        yield _closed(verdict, statement, alone, tuple(closing), kept)
    for audience in _narrower(alone):
        left = verdict.searcher.access(statement, verdict.counted(audience), audience, tuple(closing)).proven
        if left:
            yield from _losses(verdict, statement, audience, left, verdict.access(statement, audience).actions, closing)
            return


def _losses(
    verdict: Verdict,
    statement: Statement,
    audience: Audience,
    opened: Mask,
    still: Mask,
    past: Sequence[Statement] = (),
) -> Iterator[Reason]:
    """The Denies that take some of the actions which an audience has past others, where it keeps some in the end: those
    that do so alone, then those that do so together."""
    gone = opened & ~still
    if not still or not gone:
        return
    passed = {deny.number for deny in past}
    hitting = [deny for deny in verdict.denies_of(_with_granted(gone)) if deny.number not in passed]

    def taken(denies: Sequence[Statement]) -> Mask:
        """What these take of all that is gone."""
        whole = len(denies) == len(hitting)
        return gone if whole else gone & ~verdict.searcher.access(statement, gone, audience, (*past, *denies)).actions

    together, told, asked = gone, 0, _fewest(verdict, hitting)
    for deny in asked:
        mine = taken((deny,))
        together &= ~mine
        lost = _lost(verdict, opened, opened & ~mine)
        if lost:
            yield Reason(Code.DENIES_SOME, (deny.name, some(lost)))
            told += 1
        if told == SHOWN:
            return
    lost = _lost(verdict, opened, opened & ~together)
    if lost and len(asked) == len(hitting):
        needed = _needed(hitting, lambda denies: not together & ~taken(denies))
        yield Reason(Code.DENIES_SOME, (statement_names(deny.name for deny in needed), some(lost)))


def _fewest(verdict: Verdict, denies: Sequence[Statement]) -> list[Statement]:
    """Those of some Denies that are tried one by one: without steps, none alone is seen to close anything."""
    fewest = sorted(denies, key=lambda deny: len(deny.required))[: _ASKED if verdict.searcher.budget.left else 0]
    return sorted(fewest, key=lambda deny: deny.number)


def _narrower(audience: Audience) -> Sequence[Audience]:
    """The audiences that are narrower than one, the widest first."""
    return WIDEST_FIRST[WIDEST_FIRST.index(audience) + 1 :]


def _emptied(verdict: Verdict, statement: Statement, alone: Audience, actions: Mask) -> list[Audience]:
    """The audiences between the statement's own and the widest that keeps some of the actions."""
    lost = takewhile(lambda audience: not verdict.access(statement, audience).actions & actions, _narrower(alone))
    return list(lost)


def _closed(
    verdict: Verdict, statement: Statement, alone: Audience, denies: tuple[Statement, ...], kept: Callable[..., Access]
) -> Reason:
    """What Denies that take everything from the statement's audience do: who keeps access, if anyone."""
    names = statement_names(deny.name for deny in denies)
    if not any(kept(denies, audience, verdict.checked).proven for audience in _narrower(alone)):
        return Reason(Code.DENIED, (names,))
    code = Code.NARROWED if alone is Audience.everyone else Code.LEFT_TO
    return Reason(code, (Left(verdict, statement, denies).everybody, names))


def _needed(denies: list[Statement], close: Callable[[list[Statement]], bool]) -> list[Statement]:
    """Those of some Denies that close together which are needed for that: stretches are left out, long ones first."""
    size = (len(denies) + 1) // 2
    while size:
        at = 0
        while at < len(denies):
            without = denies[:at] + denies[at + size :]
            if close(without):
                denies = without
            else:
                at += size
        size //= 2
    return denies


def _with_granted(actions: Mask) -> Mask:
    """The actions, and where grants are among them what a grant can be for."""
    return actions | (ENCRYPT_MASK | DECRYPT_MASK if actions & GRANTS_MASK else 0)


def _lost(verdict: Verdict, opened: Mask, left: Mask) -> tuple[str, ...]:
    """The actions that are opened, but not left."""
    kept = shown(names_of(left, verdict.extra))
    return tuple(name for name in shown(names_of(opened & ~left, verdict.extra)) if name not in kept)


def passed(verdict: Verdict, statement: Statement, actions: Mask) -> Iterator[Reason]:
    """The Denies that look as if they closed a flagged statement, and which of their conditions the example misses."""
    concerned = _with_granted(actions)
    looking = [deny for deny in verdict.denies_of(concerned) if deny.principals.open_ended]
    request = verdict.request(statement) if looking else None
    if request is not None:
        missed = ((deny, _missed(deny, request, verdict.extra)) for deny in looking)
        told = (Reason(Code.DENY_MISSES, (deny.name, what)) for deny, what in missed if what is not None)
        yield from islice(told, SHOWN)


def _missed(deny: Statement, request: Request, extra: tuple[str, ...]) -> Optional[str]:
    """The element of a Deny that a request does not meet. extra: see actions.mask_of."""
    for asked in (request, request.then):
        if asked is None or not deny.actions & mask_of((asked.action,), extra):
            continue
        if not principal_matches(deny.principals, asked.caller):
            continue
        for condition in deny.required:
            if not holds(condition, asked.context):
                if condition is deny.resource:
                    return "resource element does not cover the example's key"
                if condition.lacks_set_operator:
                    return f"condition {short(condition)} has no ForAnyValue or ForAllValues, and may hold for nobody"
                return f"condition {short(condition)} does not hold for it"
    return None
