"""What is found when containers are opened: records, parameters, policies, and text of which nothing is known."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Optional

from .api_call import Call, Json
from .broken_values import BrokenObject
from .faults import Break
from .tolerant_json import Value


class Kind(Enum):
    """What the opening of containers ends at."""

    CLOUDTRAIL = "a CloudTrail record"
    OCSF = "an OCSF event of an API call"
    PARAMETERS = "the parameters of a call that sets a key policy"
    POLICY = "a policy, or a list of statements"
    LOST = "text that is part of a broken value, but of no record that is known"


POLICIES = (Kind.PARAMETERS, Kind.POLICY)


class Found(NamedTuple):
    """An end. text: of a policy, its JSON; of a broken record, its text as far as it goes; of lost text, that text.

    breaks: how the text breaks, as a sentence; empty where it is whole. passed: the text after the break, which is not
    read. call: of a record. label: whether that may be no more than what a pipeline copied from a record elsewhere.
    """

    kind: Kind
    value: Any
    text: str = ""
    breaks: str = ""
    passed: str = ""
    call: Optional[Call] = None
    label: bool = False

    @property
    def name(self) -> Optional[tuple[str, str]]:
        """The name of a record's call; None of what is no record."""
        return self.call.name if self.call else None


@dataclass
class Source:
    """Where a value comes from: the text, the value at its top, and how often the text was encoded.

    leads: whether that value is what the event begins with, or follows policies alone. outer: of a text that is what is
    left of a string, where that string comes from: such a text breaks as the value around it does. is_rest: whether the
    value is a member of an object that begins before the text: a record, maybe, whose caller wrote the strings in it.
    """

    text: str
    value: Value
    encodings: int
    leads: bool
    outer: "Optional[Source]" = None
    is_rest: bool = False

    @property
    def break_kind(self) -> Break:
        """How the value at the top breaks. One that is cut ends where the next value may begin."""
        passed = self.text[self.value.fault : self.value.end]
        if passed and not passed.isspace():
            return Break.DAMAGED
        return self.outer.break_kind if self.outer else Break.CUT

    @property
    def top_text(self) -> str:
        """The text of the value at the top."""
        return self.text[self.value.start : self.value.end]

    def found(self, kind: Kind, value: Json, call: Optional[Call] = None) -> Found:
        """An object that is an end, whole or broken."""
        if not isinstance(value, BrokenObject):
            return Found(kind, value, call=call)
        return self.lost(value.start)._replace(kind=kind, value=value, call=call)

    def lost(self, start: int) -> Found:
        """The text of a broken value from a place on, of which no record is known."""
        fault, end = self.value.fault, self.value.end
        place = "" if self.encodings else f" at character {fault:,}"  # of a text that the reader of the event sees
        breaks = self.break_kind.value.format(place)
        return Found(Kind.LOST, None, self.text[start:end], breaks, self.text[fault:end])
