"""The public door: a policy's text in, verdicts with their reasons and witnesses out."""

import time

from ..caching import Recent, TextCache
from ..evaluation.request import UNKNOWN_KEY, KeyFacts
from ..policy.actions import ENCRYPT, unknown
from ..policy.context_keys import KEY_ARN, Bound, context_key
from ..policy.errors import PolicyError
from ..policy.model import Policy
from ..policy.parser import parse
from ..policy.strict_json import LONGEST_TEXT
from .answers import Analysis
from .verdict import Verdict

_STARTED = time.time() // 1


def analyze(
    policy_text: str,
    *,
    actions: tuple[str, ...] = ENCRYPT,
    key: KeyFacts = UNKNOWN_KEY,
    now: float = _STARTED,
) -> Analysis:
    """Decides who gets the checked actions on a key by its key policy.

    policy_text: the policy as JSON text; actions: full names such as `kms:Encrypt` (see resolve_actions); key: what is
    known of the key from elsewhere; now: Unix seconds, the earliest time of a request where the key has no event time.
    Never raises: what cannot be read is in the result's `problems`. Source: IAM User Guide, *Policy evaluation logic*;
    docs/threat-model.md.
    """
    if key.event_time is None:
        key = key._replace(event_time=now)
    extra = unknown(actions)
    if extra or len(policy_text) > LONGEST_TEXT:
        return _Seen(policy_text, extra).analysis(actions, key)
    return _SEEN.answer(policy_text, _Seen).analysis(actions, key)


class _Seen:
    """A policy text and the analyses of it, one for every way in which the question can differ."""

    def __init__(self, text: str, extra: tuple[str, ...] = ()) -> None:
        self._analyses: Recent[Analysis] = Recent(_MOST_QUESTIONS)
        try:
            self._policy = parse(text, extra)
        except PolicyError as error:
            self._policy = Policy((), {}, "", (error.problem,))
        self._irrelevant = _unread(self._policy)

    def analysis(self, actions: tuple[str, ...], key: KeyFacts) -> Analysis:
        """The analysis for these actions and this key."""
        question = actions, key._replace(**self._irrelevant)
        found = self._analyses.get(question)
        if found is None:
            found = self._analyses.keep(question, Analysis(Verdict(self._policy, question[1], actions)))
        return found


def _unread(policy: Policy) -> dict[str, None]:
    """The facts about the key that no condition reads: the answers do not depend on them."""
    bounds = {context_key(name).bound for name in policy.reads}
    unread: dict[str, None] = {}
    if Bound.KEY not in bounds and KEY_ARN not in policy.reads:
        unread["key_id"] = None  # a witness says it: see Witness.text
    if Bound.TIME not in bounds:
        unread["event_time"] = None
    return unread


_SEEN: TextCache[_Seen] = TextCache(500_000)
_MOST_QUESTIONS = 8
