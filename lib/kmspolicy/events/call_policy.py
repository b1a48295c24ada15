"""Reads the key policy that a call sets, or says why it cannot be read.

Source: KMS API Reference, *CreateKey*, *PutKeyPolicy* and *ReplicateKey*; interface of the command (docs/events.md,
*Cut and damaged events*).
"""

from typing import NamedTuple

from .api_call import FAILURE, Call
from .broken_values import BrokenList, BrokenObject, BrokenText
from .event_facts import EventFacts, facts_of
from .faults import Break, EventFault
from .parameters import hidden_fault
from .policy_values import policy_text
from .prefilter import OPERATIONS


class CallOrPolicy(NamedTuple):
    """A call to KMS, or a policy without a call.

    policy: its JSON text; empty where the call carries none, or where `fault` says why it cannot be read. With both,
    the policy is whole and `fault` says that the event breaks after it.
    """

    facts: EventFacts
    policy: str = ""
    fault: str = ""

    @property
    def may_set_policy(self) -> bool:
        """False for a call of an operation that sets no key policy."""
        return self.facts.operation in ("", *OPERATIONS)


def with_policy(call: Call, breaks: str) -> CallOrPolicy:
    """A call that sets a policy, with that, or with why it cannot be read.

    breaks: how the event breaks, as a sentence; empty for a whole event.
    CreateKey and ReplicateKey without a policy set the default one; PutKeyPolicy cannot be without.
    """
    facts = facts_of(call)
    breaks = breaks or (Break.PARAMETERS if isinstance(call.request, BrokenObject) else Break.RESPONSE).value
    policy, hidden, fault = call.request.get("policy"), call.request_fault, ""
    told = call.response.get("replicaPolicy") if call.operation == "ReplicateKey" else None
    if told and (hidden or policy in (None, "")):
        unread = hidden_fault(told, {}, EventFault.HIDDEN_RESPONSE)
        policy, hidden = told, unread and (hidden or unread)
    if isinstance(policy, (BrokenText, BrokenObject, BrokenList)):
        policy, fault = "", EventFault.IN_POLICY.value.format(breaks)
    elif hidden:
        policy, fault = "", hidden
    elif policy not in (None, ""):
        if call.broken or isinstance(call.request, BrokenObject):
            fault = EventFault.AFTER_POLICY.value.format(breaks)
    elif _may_follow(call):
        fault = EventFault.BEFORE_POLICY.value.format(breaks)
    elif call.operation == "ReplicateKey" and call.outcome != FAILURE and not (call.request or call.response):
        fault = EventFault.NO_PARAMETERS.value  # since they name the key and the Region
    elif call.operation == "PutKeyPolicy" and call.outcome != FAILURE:
        fault = EventFault.NO_POLICY.value
    try:
        return CallOrPolicy(facts, "" if policy in (None, "") else policy_text(policy), fault)
    except RecursionError:
        return CallOrPolicy(facts, fault=EventFault.TOO_DEEP_POLICY.value)


def _may_follow(call: Call) -> bool:
    """Whether a policy may have come after the place where the event breaks."""
    if isinstance(call.request, BrokenObject):
        return True
    return call.operation == "ReplicateKey" and call.outcome != FAILURE and isinstance(call.response, BrokenObject)
