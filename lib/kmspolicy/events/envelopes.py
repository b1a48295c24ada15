"""Opens the containers around records from the outside in: objects, lists, JSON in strings, text around JSON.

A record is an end: nothing inside it is opened, since callers write descriptions, tags, user agents and session names.
Source: interface of the command (README, *What it reads*).
"""

import json
from enum import Enum
from typing import Any, NamedTuple, Optional

from ..budget import Budget
from . import cloudtrail, ocsf
from .api_call import Json
from .faults import Break
from .parameters import WRITTEN_BY_CALLERS, are_parameters
from .policy_values import is_policy, is_sure_policy, policy_text
from .prefilter import OPERATIONS, may_hide_letters
from .tolerant_json import BrokenList, BrokenObject, BrokenText, Value, values_in

_MOST_CONTAINERS = 48
_MOST_ENCODINGS = 12
_COMPARING_STEPS = 100
_STEPS_OF_A_CALL = 1_000
_TIMES = ("eventTime", "eventtime", "time", "time_dt")  # of a record
_TELLING = ("eventID", "eventid", "requestParameters", "requestparameters", "metadata", "api")  # one call from others
_BETWEEN_VALUES = ", \t\r\n"
_COPY = "_raw"  # of an event, beside fields extracted from it (Splunk's exports, Cribl); no record has such a member
_CONFIG_ITEM = "configurationItem"  # in a notification of AWS Config, behind what changed
_PASSED_OVER = WRITTEN_BY_CALLERS | {"configurationitemdiff"}
_RESOURCE_TYPES = ("Type", "resourceType", "ResourceType")  # CloudFormation, AWS Config
_KEY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")


class Kind(Enum):
    """What the opening of containers ends at."""

    CLOUDTRAIL = "a CloudTrail record"
    OCSF = "an OCSF event of an API call"
    PARAMETERS = "the parameters of a call that sets a key policy"
    POLICY = "a policy, or a list of statements"
    LOST = "text that is part of a broken value, but of no record that is known"


_RECORDS = (Kind.CLOUDTRAIL, Kind.OCSF)


class Found(NamedTuple):
    """An end. text: of a policy, its JSON; of a broken record, its text as far as it goes; of lost text, that text.

    breaks: how the text breaks, as a sentence; empty where it is whole. passed: the text behind the place where it
    breaks of which nothing is read. label: whether it may be no more than what a pipeline told of a record elsewhere.
    """

    kind: Kind
    value: Any
    text: str = ""
    breaks: str = ""
    passed: str = ""
    label: bool = False


class Opener:
    """Opens one text. found: the ends, in order; what `ends` leaves out too.

    broken: whether a value in it breaks; too_deep: whether containers were left closed.
    """

    def __init__(self, budget: Budget, policies: bool) -> None:
        """policies: whether a policy counts wherever it is, and not only where the text itself is one."""
        self.found: list[Found] = []
        self.broken = self.too_deep = False
        self._budget = budget
        self._policies = policies
        self._marks = cloudtrail.MARKS | ocsf.MARKS | ({"Statement"} if policies else set())

    def open_text(self, text: str, containers: int = 0, encodings: int = 0) -> None:
        """Opens the JSON values in a text. Raises OutOfSteps; `found` then has what was found so far."""
        end, leads = 0, not encodings  # whether a value is what the event begins with, or follows policies alone
        for value in values_in(text, self._budget):
            self.broken = self.broken or value.fault >= 0
            leads = leads and not text[end : value.start].strip(_BETWEEN_VALUES)
            before = len(self.found) if leads else 0
            self._open(value.value, _Source(text, value, encodings, leads), containers)
            leads = leads and len(self.found) > before and self.found[-1].kind is Kind.POLICY
            end = value.end

    @property
    def ends(self) -> list[Found]:
        """The ends that count. A label counts only if nothing but records was found, and none of its own call."""
        others = [end for end in self.found if not end.label]
        if len(others) == len(self.found) or any(end.kind not in _RECORDS for end in others):
            return others
        calls = set(map(_call_of, others))
        return [end for end in self.found if not (end.label and _call_of(end) in calls)]

    def _open(self, value: Any, source: "_Source", containers: int) -> None:
        copied = value.get(_COPY) if isinstance(value, dict) else value
        if isinstance(copied, (str, BrokenText)):
            self._open_string(copied, source, containers)
        elif isinstance(value, (dict, list)):
            row = _row_of_lake(value) if isinstance(value, list) else None
            value = row if row is not None and cloudtrail.is_record(row) else value
            try:
                end = self._end(value, source)
            except RecursionError:  # the policy nests deeper than it can be written
                self.too_deep = True
                return
            if end is not None and isinstance(value, dict) and cloudtrail.is_label(value):
                self._open_label(end, source, containers)
            elif end is not None:
                self.found.append(end)
            elif not (self._policies and _is_another_resource(value)):
                self._open_items(value, source, containers)

    def _end(self, value: "Json | list[Any]", source: "_Source") -> Optional[Found]:
        """What the value is, if it is an end."""
        top = value is source.top
        if isinstance(value, dict):
            if cloudtrail.is_record(value):
                return source.record(Kind.CLOUDTRAIL, value)
            if ocsf.is_event(value):
                return source.record(Kind.OCSF, value)
            if self._policies and (top or "policy" in value) and are_parameters(value):
                return source.record(Kind.PARAMETERS, value)
            if value and isinstance(value, BrokenObject) and not self._marks.isdisjoint(map(_first_name, value)):
                return source.lost(value.start)
        if isinstance(value, (BrokenObject, BrokenList)):
            return None
        if is_policy(value) if self._policies else top and source.leads and is_sure_policy(value):
            return Found(Kind.POLICY, None, policy_text(source.text if top else value))
        return None

    def _open_string(self, value: "str | BrokenText", source: "_Source", containers: int) -> None:
        text = value.text if isinstance(value, BrokenText) else value
        if not self._may_hold_end(text):
            return
        if source.encodings == _MOST_ENCODINGS:
            self.too_deep = True
            return
        before = len(self.found)
        self.open_text(text, containers, source.encodings + 1)
        if isinstance(value, BrokenText) and len(self.found) == before:
            self.found.append(Found(Kind.LOST, None, text, Break.CUT.value.format("")))

    def _may_hold_end(self, text: str) -> bool:
        """Whether a record or a policy that counts may be in a string, or what is left of one."""
        if ("{" in text or "[" in text) and ('"' in text or "\\" in text):
            return True
        words = (*OPERATIONS, "Statement", "Effect") if self._policies else OPERATIONS
        return any(word in text for word in words) or may_hide_letters(text)

    def _open_items(self, value: "Json | list[Any]", source: "_Source", containers: int) -> None:
        if containers == _MOST_CONTAINERS:
            self.too_deep = True
            return
        items = self._items(value) if isinstance(value, dict) else value
        if not isinstance(value, dict):
            for item in items:
                self._open(item, source, containers + 1)
        elif items:
            self._open_members(items, source, containers + 1)
        if isinstance(value, (BrokenObject, BrokenList)):
            last = items[-1] if items else None
            if not isinstance(last, (BrokenObject, BrokenList, BrokenText)):
                self.found.append(source.lost(value.unread))

    def _open_members(self, items: list[Any], source: "_Source", containers: int) -> None:
        """Opens the values of an object, of which one can hold a copy of what is in another."""
        ends: list[list[Found]] = []  # of each member that has some
        before = start = len(self.found)
        for item in items:
            self._open(item, source, containers)
            if len(self.found) > start:
                ends.append(self.found[start:])
                start = len(self.found)
        if len(ends) > 1:
            self.found[before:] = self._without_copies(ends)

    def _open_label(self, label: Found, source: "_Source", containers: int) -> None:
        """Opens what may be a label around a record.

        One of a call to KMS yields to a record of that call alone, since a caller may have written what is in it.
        """
        before, broken, too_deep = len(self.found), self.broken, self.too_deep
        self._open_items(label.value, source, containers)
        inner, call = self.found[before:], _call_of(label)
        self._budget.spend(_STEPS_OF_A_CALL * len(inner))  # labels in labels ask of the same records anew
        if call[0] == _KMS:
            inner = [end for end in inner if end.kind in _RECORDS and not end.label and _call_of(end) == call]
        self.found[before:] = inner
        if not inner:
            self.found.append(label._replace(label=True))
            self.broken, self.too_deep = broken, too_deep

    def _items(self, value: Json) -> list[Any]:
        """The values of an object that are opened.

        Where a policy counts wherever it is, what callers wrote about a key is passed over, and what AWS Config tells
        beside an item: the item as it was.
        """
        if not self._policies:
            return list(value.values())
        if _CONFIG_ITEM in value and isinstance(value[_CONFIG_ITEM], dict):
            return [value[_CONFIG_ITEM]]
        return [
            item
            for name, item in value.items()
            if (_first_name(name) if "." in name else name).lower() not in _PASSED_OVER
        ]

    def _without_copies(self, ends: list[list[Found]]) -> list[Found]:
        """The ends in the members of an object, without records that a member before has: pipelines keep copies."""
        known: set[str] = set()
        kept = []
        for some in ends:
            texts = [self._text_of_record(end) for end in some]
            kept += [end for end, text in zip(some, texts) if text not in known]
            known.update(filter(None, texts))
        whole = [end.value for end in kept if end.kind in _RECORDS and not end.breaks]
        return [end for end in kept if not self._is_cut_copy(end, whole)]

    def _is_cut_copy(self, end: Found, whole: list[Json]) -> bool:
        """Whether a record that is cut short begins as a whole one, with its time and what tells it from others."""
        if end.kind not in _RECORDS or not end.breaks or end.passed.strip():
            return False
        self._budget.spend(_COMPARING_STEPS * len(whole))
        told = all(any(end.value.get(name) for name in names) for names in (_TIMES, _TELLING))
        return told and any(_begins(end.value, record) for record in whole)

    def _text_of_record(self, end: Found) -> str:
        """A text that equal records share; empty for what is no record."""
        if end.kind not in _RECORDS:
            return ""
        if end.breaks:
            return end.text
        try:
            text = json.dumps(end.value, sort_keys=True)
        except RecursionError:
            return ""
        self._budget.spend(len(text))
        return text


_KMS = "kms"


def _call_of(end: Found) -> tuple[str, str]:
    """The source and the operation of a record's call."""
    call = cloudtrail.from_cloudtrail(end.value) if end.kind is Kind.CLOUDTRAIL else ocsf.from_ocsf(end.value)
    return _KMS if call.of_kms else call.source, call.operation


def _begins(part: Any, whole: Any) -> bool:
    """Whether a value that is cut short can be the beginning of a whole one; a whole value is its own beginning."""
    if isinstance(part, BrokenText):
        return isinstance(whole, str) and whole.startswith(part.text)
    if isinstance(part, BrokenObject) and isinstance(whole, dict):
        pairs = zip(part.items(), whole.items())
        return len(part) <= len(whole) and all(one == other and _begins(v, w) for (one, v), (other, w) in pairs)
    if isinstance(part, BrokenList) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(_begins, part, whole))
    return bool(part == whole)


class _Source:
    """Where a value comes from: the text, the place of the value at its top, and how often the text was encoded.

    leads: whether that value is what the event begins with, or follows policies alone.
    """

    def __init__(self, text: str, value: Value, encodings: int, leads: bool) -> None:
        self.top = value.value
        self.encodings = encodings
        self.leads = leads
        self._whole_text = text
        self._value = value

    @property
    def text(self) -> str:
        """The text of the value at the top."""
        return self._whole_text[self._value.start : self._value.end]

    def record(self, kind: Kind, value: Json) -> Found:
        """A record, whole or broken."""
        if not isinstance(value, BrokenObject):
            return Found(kind, value)
        return self.lost(value.start)._replace(kind=kind, value=value)

    def lost(self, start: int) -> Found:
        """The text of a broken value from a place on, of which no record is known."""
        fault, end = self._value.fault, self._value.end
        passed = self._whole_text[fault:end]
        kind = Break.DAMAGED if passed.strip() else Break.CUT  # the next value may begin where this one ends
        place = "" if self.encodings else f" at character {fault:,}"  # of a text that the reader of the event sees
        return Found(Kind.LOST, None, self._whole_text[start:end], kind.value.format(place), passed)


def _first_name(name: str) -> str:
    """The name before the first dot: some pipelines make records flat."""
    return name.partition(".")[0]


def _row_of_lake(value: list[Any]) -> Optional[Json]:
    """A list of objects with a member each as one object: a row that CloudTrail Lake's GetQueryResults answers."""
    if not all(isinstance(item, dict) and len(item) < 2 for item in value):
        return None
    members = {name: member for item in value for name, member in item.items()}
    if not isinstance(value, BrokenList):
        return members
    row = BrokenObject(members)
    row.start = value.start
    return row


def _is_another_resource(value: "Json | list[Any]") -> bool:
    """Whether a value is a resource of CloudFormation or AWS Config, but no key: its policy is no key policy."""
    if not isinstance(value, dict):
        return False
    kind = next((value[name] for name in _RESOURCE_TYPES if isinstance(value.get(name), str)), "")
    return kind.startswith("AWS::") and kind not in _KEY_TYPES
