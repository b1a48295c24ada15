"""Finds the calls to KMS and the key policies in the text of an event, a field or a file, whatever the field's name.

Source: interface of the command (docs/command.md, *What it reads*; docs/events.md).
"""

import json
import re

from ..budget import Budget, OutOfSteps
from .api_call import KMS
from .call_policy import CallOrPolicy, with_policy
from .cloudtrail import from_cloudtrail
from .ends import Found, Kind
from .envelopes import Opener
from .event_facts import NO_FACTS, facts_of
from .faults import Break, EventFault
from .parameters import hidden_fault
from .prefilter import may_hold_call, may_hold_policy, operation_named_in, operations_named_in

LONGEST_EVENT = (
    8_388_608  # characters; the Splunk Add-on for AWS cuts events at this number of bytes (props.conf, TRUNCATE)
)

_LEAST_STEPS, _STEPS_OF_A_CHARACTER = 2_000_000, 32
_BEGINS_LIKE_POLICY = re.compile(
    r'\s*\{\s*"(?:Version"\s*:\s*"20|Statement"\s*:\s*\[?\s*\{\s*"(?:Sid|Effect|Not|Principal|Action)'
    r'|Id"\s*:\s*"[^"\\]*"\s*,\s*"(?:Version|Statement)")'
)


def find_calls(text: str, field_given: bool, every_call: bool = True) -> list[CallOrPolicy]:
    """The calls to KMS in a text, and the key policies without a call; an empty list for other events.

    text: of an event, however it is wrapped; with field_given also what surrounds a policy elsewhere: the policy
    itself, requestParameters, the output of get-key-policy, an item of AWS Config, a resource of CloudFormation, a list
    of statements. field_given: whether the searcher named the field, so that a text which is no event is a policy,
    however broken. every_call: whether calls that set no key policy are asked for, too. Never raises; the work is
    bounded by the length of the text.
    """
    text = text.lstrip("\ufeff")
    if not field_given:
        data = text.encode("utf-8", "surrogatepass")
        if not (may_hold_call if every_call else may_hold_policy)(data, 0, len(data)):
            return []
    if not text or text.isspace():
        return []
    return _Search(text, field_given, every_call).answer()


class _Search:
    """The search of one text."""

    def __init__(self, text: str, field_given: bool, every_call: bool) -> None:
        self._text = text
        self._field_given = field_given
        self._every_call = every_call
        self._too_long = ""
        if len(text) > LONGEST_EVENT:
            self._too_long = Break.TOO_LONG.value.format(f"{len(text):,}", f"{LONGEST_EVENT:,}")
            text = text[:LONGEST_EVENT]
        self._opener = Opener(Budget(_LEAST_STEPS + _STEPS_OF_A_CHARACTER * len(text)), field_given)
        self._fault = self._too_long
        try:
            self._opener.open_text(text)
        except OutOfSteps:
            self._fault = EventFault.TOO_MANY_STEPS.value
        if self._opener.too_deep:
            self._fault = EventFault.TOO_DEEP.value

    def answer(self) -> list[CallOrPolicy]:
        answers: list[CallOrPolicy] = []
        known, unread = False, []  # whether a record is whole or may set a policy; texts in which such a call may be
        lost = ""  # how the text after an end breaks
        for end in reversed(self._opener.ends):
            lost = end.breaks if end.kind is Kind.LOST else lost
            found = self._of_end(end, lost)
            answers += found
            may_set_policy = any(one.may_set_policy for one in found)
            known = known or not end.breaks or may_set_policy
            if end.breaks:
                unread.append(end.passed if may_set_policy else end.text)
        answers.reverse()
        if known:
            fault = self._fault_of_unread(unread) or self._fault_beside(unread)
        else:
            fault = self._fault_of_unread([self._text])
        if not known and (self._field_given or (not fault and self._is_broken_policy())):
            return [*answers, self._without_end()]
        if fault and not (self._fault and any(answer.fault for answer in answers)):
            answers.append(CallOrPolicy(NO_FACTS, fault=fault))
        return answers

    def _of_end(self, end: Found, lost: str) -> list[CallOrPolicy]:
        """The call or the policy of an end, if it has one. lost: how the text after it breaks; empty if it does not."""
        if end.kind is Kind.LOST:
            return []
        if end.kind is Kind.POLICY:
            return [CallOrPolicy(NO_FACTS, end.text, EventFault.AFTER_POLICY.value.format(lost) if lost else "")]
        if end.kind is Kind.PARAMETERS:
            parameters = from_cloudtrail({"requestParameters": end.value})
            return [with_policy(parameters, self._too_long or end.breaks)._replace(facts=NO_FACTS)]
        call = end.call
        if call is None or call.network_activity:
            return []
        if call.sets_policy:
            return [with_policy(call, self._too_long or end.breaks)]
        return [CallOrPolicy(facts_of(call))] if self._every_call and call.of_kms and call.operation else []

    def _fault_of_unread(self, texts: list[str]) -> str:
        """Why a call that sets key policies may be in texts that could not be read; empty if they name none."""
        texts = [self._text] if self._fault else texts
        operation = next((named for named in map(operation_named_in, texts) if named), "")
        return (self._fault or EventFault.NO_RECORD.value.format(operation)) if operation else ""

    def _fault_beside(self, unread: list[str]) -> str:
        """Why a call may be in all that is unread or beside the ends; empty if that names none, or only what is found.

        Pipelines copy policies, with the actions in them, beside records, and in a field that the searcher names, other
        resources and their policies may be beside a policy.
        """
        if not self._opener.beside or (self._field_given and self._opener.holds_policies):
            return ""
        named = operations_named_in("\n".join([*self._opener.beside, *unread]), beside=True)
        calls = self._opener.calls if named else set()
        operation = next((operation for operation in named if (KMS, operation) not in calls), "")
        return EventFault.NO_RECORD.value.format(operation) if operation else ""

    def _is_broken_policy(self) -> bool:
        """Whether the text begins like a policy, and is no whole JSON that is something else."""
        return self._opener.broken and _BEGINS_LIKE_POLICY.match(self._text) is not None

    def _without_end(self) -> CallOrPolicy:
        """The answer about a text that holds neither a record nor a policy."""
        try:
            value = json.loads(self._text)
        except (ValueError, RecursionError):
            value = self._text
        hidden = hidden_fault(value, {})
        if hidden:
            return CallOrPolicy(NO_FACTS, fault=hidden)
        if isinstance(value, (dict, list)) and "Version" not in value:
            return CallOrPolicy(NO_FACTS, fault=EventFault.NO_POLICY_IN_FIELD.value)
        return CallOrPolicy(NO_FACTS, self._text)  # which the engine refuses, with the place of the fault
