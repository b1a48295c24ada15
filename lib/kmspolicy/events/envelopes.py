"""Opens the containers around records from the outside in: objects, lists, JSON in strings, text around JSON.

A record is an end: nothing inside it is opened, since callers write descriptions, tags, user agents and session names.
Source: interface of the command (docs/command.md, *What it reads*).
"""

import re
from typing import Any, Optional

from ..budget import Budget
from . import cloudtrail, ocsf
from .api_call import KMS, Json
from .broken_values import BrokenList, BrokenObject, BrokenText
from .copies import without_copies
from .ends import POLICIES, Found, Kind, Source
from .parameters import WRITTEN_BY_CALLERS, are_parameters
from .policy_values import is_policy, is_sure_policy, policy_text
from .prefilter import OPERATIONS, may_hide_letters
from .tolerant_json import values_in

_MOST_CONTAINERS = 48
_MOST_ENCODINGS = 12
_BETWEEN_VALUES = ", \t\r\n"
_COPY = "_raw"  # of an event, beside fields extracted from it (Splunk's exports, Cribl); no record has such a member
_CONFIG_ITEM = "configurationItem"  # in a notification of AWS Config, after what changed
# Members that are not opened, in lower case: what callers wrote, in a record and in what pipelines make of it, and what
# changed in an item of AWS Config.
_PASSED_OVER = WRITTEN_BY_CALLERS | {
    *("configurationitemdiff", "headers", "tagkey", "tagset", "tagvalue", "useragent", "user_agent")
}
# The name before a value: of a member whose object begins before the text, or in name=value, as in many logs.
_NAME = re.compile(r'([A-Za-z_]*)(\\*"\s*:\s*|=)\Z')
_MEMBER_BEHIND = re.compile(r'[\s}\]]*,\s*\\*"\w*\\*"\s*:')  # of such an object
_LONGEST_GAP = 80  # characters looked at for a name
_FORMS = {Kind.CLOUDTRAIL: cloudtrail, Kind.OCSF: ocsf}  # of records
_RESOURCE_TYPES = ("Type", "resourceType", "ResourceType")  # CloudFormation, AWS Config
_KEY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")


class Opener:
    """Opens one text. found: the ends, in order; what `ends` leaves out too.

    beside: the texts that belong to no end: those between values, strings without JSON in them, names of members.
    broken: whether a value in it breaks; too_deep: whether containers were left unopened.
    """

    def __init__(self, budget: Budget, policies: bool) -> None:
        """policies: whether a policy counts wherever it is, and not only where the text itself is one."""
        self.found: list[Found] = []
        self.beside: list[str] = []
        self.broken = self.too_deep = False
        self._budget = budget
        self._policies = policies
        self._marks = cloudtrail.MARKS | ocsf.MARKS | ({"Statement"} if policies else set())
        self._of_records = _PASSED_OVER if policies else _PASSED_OVER.union(map(str.lower, cloudtrail.MARKS))

    def open_text(self, text: str, containers: int = 0, encodings: int = 0, outer: Optional[Source] = None) -> None:
        """Opens the JSON values in a text. Raises OutOfSteps; `found` then has what was found so far.

        outer: see Source.
        """
        end, leads = 0, not encodings  # whether a value is what the event begins with, or follows policies alone
        for value in values_in(text, self._budget):
            self.broken = self.broken or value.fault >= 0
            between = text[end : value.start]
            self.beside += (between,) if between else ()
            leads = leads and not between.strip(_BETWEEN_VALUES)
            before = len(self.found) if leads else 0
            name = _NAME.search(between[-_LONGEST_GAP:]) if between else None
            is_member = name is not None and name[2] != "="
            behind = text[value.end : value.end + _LONGEST_GAP]
            is_rest = is_member or (behind != "" and _MEMBER_BEHIND.match(behind) is not None)
            source = Source(text, value, encodings, leads, outer, is_rest)
            if name is not None and name[1].lower() in (self._of_records if is_member else _PASSED_OVER):
                self.beside += (source.top_text,)
            else:
                self._open(value.value, source, containers)
            leads = leads and len(self.found) > before and self.found[-1].kind is Kind.POLICY
            end = value.end
        rest = text[end:]
        self.beside += (rest,) if rest else ()

    @property
    def calls(self) -> set[tuple[str, str]]:
        """The calls of the records that count."""
        return {end.name for end in self.ends if end.name}

    @property
    def holds_policies(self) -> bool:
        """Whether a policy without a call is among the ends, or the parameters of a call."""
        return any(end.kind in POLICIES for end in self.found)

    @property
    def ends(self) -> list[Found]:
        """The ends that count. A label counts only if no policy was found, no record of its own call, and no broken
        text that names its operation, if that sets key policies.
        """
        others = [end for end in self.found if not end.label]
        if len(others) == len(self.found) or any(end.kind in POLICIES for end in others):
            return others
        calls = {end.name for end in others}
        lost = "\n".join(end.text for end in others if end.kind is Kind.LOST)
        calls.update((KMS, operation) for operation in OPERATIONS if operation in lost)
        return [end for end in self.found if not (end.label and end.name in calls)]

    def _open(self, value: Any, source: Source, containers: int) -> None:
        copied = (value.get(_COPY) or value) if isinstance(value, dict) else value
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
            if end is None:
                if not (_is_another_resource(value) if self._policies else is_sure_policy(value)):
                    self._open_items(value, source, containers)
                elif isinstance(value, BrokenObject):
                    self.found.append(source.lost(value.start))
            elif end.call is None:
                self.found.append(end)
            elif _FORMS[end.kind].is_label(end.value, end.call):
                self._open_label(end, source, containers)
            elif end.kind is Kind.OCSF and not end.call.operation:
                self._open_finding(end, source, containers)
            else:
                excerpt = end.kind is Kind.CLOUDTRAIL and cloudtrail.is_excerpt(end.value, end.call)
                self.found.append(end._replace(label=excerpt))

    def _end(self, value: "Json | list[Any]", source: Source) -> Optional[Found]:
        """What the value is, if it is an end."""
        top = value is source.value.value
        if isinstance(value, dict):
            if cloudtrail.is_record(value):
                return source.found(Kind.CLOUDTRAIL, value, cloudtrail.from_cloudtrail(value))
            if ocsf.is_event(value):
                return source.found(Kind.OCSF, value, ocsf.from_ocsf(value))
            if self._policies and (top or "policy" in value) and are_parameters(value):
                return source.found(Kind.PARAMETERS, value)
            if value and isinstance(value, BrokenObject) and not self._marks.isdisjoint(map(_first_name, value)):
                return source.lost(value.start)
        if isinstance(value, (BrokenObject, BrokenList)):
            return None
        if is_policy(value) if self._policies else top and source.leads and is_sure_policy(value):
            return Found(Kind.POLICY, None, policy_text(source.top_text if top else value))
        return None

    def _open_string(self, value: "str | BrokenText", source: Source, containers: int) -> None:
        text = value.text if isinstance(value, BrokenText) else value
        if source.is_rest or not self._may_hold_end(text):
            self.beside += (text,)
            return
        if source.encodings == _MOST_ENCODINGS:
            self.too_deep = True
            return
        before, outer = len(self.found), source if isinstance(value, BrokenText) else None
        self.open_text(text, containers, source.encodings + 1, outer)
        if outer and len(self.found) == before:
            self.found.append(Found(Kind.LOST, None, text, outer.break_kind.value.format("")))

    def _may_hold_end(self, text: str) -> bool:
        """Whether a record or a policy that counts may be in a string, or what is left of one."""
        if ("{" in text or "[" in text) and ('"' in text or "\\" in text):
            return True
        words = (*OPERATIONS, "Statement", "Effect") if self._policies else OPERATIONS
        return any(word in text for word in words) or may_hide_letters(text)

    def _open_items(self, value: "Json | list[Any]", source: Source, containers: int) -> None:
        if containers == _MOST_CONTAINERS:
            self.too_deep = True
            return
        if isinstance(value, dict):
            self.beside += value
        items = self._items(value) if isinstance(value, dict) else value
        if not isinstance(value, dict):
            for item in items:
                self._open(item, source, containers + 1)
        elif items:
            self._open_members(items, source, containers + 1)
        if isinstance(value, (BrokenObject, BrokenList)):
            last, lost = items[-1] if items else None, source.lost(value.unread)
            if isinstance(last, BrokenText):  # that goes on to the fault, or ends before it
                told = not (lost.text and isinstance(value, BrokenObject) and value.last < value.unread)
            else:
                told = isinstance(last, (BrokenObject, BrokenList))
            self.found += () if told else (lost,)

    def _open_members(self, items: list[Any], source: Source, containers: int) -> None:
        """Opens the values of an object, of which one can hold a copy of what is in another."""
        ends: list[list[Found]] = []  # of each member that has some
        before = start = len(self.found)
        for item in items:
            self._open(item, source, containers)
            if len(self.found) > start:
                ends.append(self.found[start:])
                start = len(self.found)
        if len(ends) > 1:
            self.found[before:] = without_copies(ends, self._budget)

    def _open_label(self, label: Found, source: Source, containers: int) -> None:
        """Opens what may be a label around a record.

        One of a call to KMS yields to a record of that call alone, or to a policy, since a caller may have written what
        is in it; one of another call yields to whatever is in it.
        """
        before, of_kms = len(self.found), label.call is not None and label.call.of_kms
        self._open_items(_FORMS[label.kind].around(label.value), source, containers)
        inner = self.found[before:]
        if not any(not of_kms or end.kind in POLICIES or end.name == label.name for end in inner):
            self.found.append(label._replace(label=True))

    def _open_finding(self, finding: Found, source: Source, containers: int) -> None:
        """Opens an OCSF event that tells no call, such as a finding or an inventory, for policies and for what it was
        made from.
        """
        before = len(self.found)
        original = ocsf.as_it_came(finding.value)
        self._open_items(original, source, containers)
        found = [end for end in self.found[before:] if end.kind is not Kind.LOST]
        if self._policies:
            del self.found[before:]
            self._open_items({n: v for n, v in finding.value.items() if n not in original}, source, containers)
            found += [end for end in self.found[before:] if end.kind in POLICIES]
        self.found[before:] = found or [finding]

    def _items(self, value: Json) -> list[Any]:
        """The values of an object that are opened.

        What callers wrote is skipped. So is, where a policy counts wherever it is, the earlier state that AWS Config
        gives beside an item.
        """
        if self._policies and _CONFIG_ITEM in value and isinstance(value[_CONFIG_ITEM], dict):
            return [value[_CONFIG_ITEM]]
        return [item for name, item in value.items() if _first_name(name).lower() not in _PASSED_OVER]


def _first_name(name: str) -> str:
    """The name before the first dot: some pipelines make records flat."""
    return name.partition(".")[0]


def _row_of_lake(value: list[Any]) -> Optional[Json]:
    """A list of objects with one text or null each as one object: a row of CloudTrail Lake's GetQueryResults.

    A list in which two objects have a member of the same name holds events.
    """
    if not all(isinstance(item, dict) and len(item) < 2 for item in value):
        return None
    members = {name: member for item in value for name, member in item.items()}
    texts = all(member is None or isinstance(member, (str, BrokenText)) for member in members.values())
    if not texts or len(members) < sum(map(len, value)):
        return None
    if not isinstance(value, BrokenList):
        return members
    row = BrokenObject(members)
    row.start = value.start
    return row


def _is_another_resource(value: "Json | list[Any]") -> bool:
    """Whether a value is a resource of CloudFormation or AWS Config, but not a key: its policy is no key policy."""
    if not isinstance(value, dict):
        return False
    kind = next((value[name] for name in _RESOURCE_TYPES if isinstance(value.get(name), str)), "")
    return kind.startswith("AWS::") and kind not in _KEY_TYPES
