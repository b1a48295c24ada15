"""One API call in the terms that CloudTrail and OCSF share, and how their JSON values are read.

Source: CloudTrail User Guide, *CloudTrail record contents*.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple, Optional

from ..budget import Budget, OutOfSteps
from ..policy.typed_values import FIRST_MOMENT, LAST_MOMENT
from .broken_values import BrokenObject, BrokenText
from .prefilter import OPERATIONS
from .tolerant_json import values_in

Json = dict[str, Any]
SUCCESS, FAILURE, UNKNOWN = "success", "failure", ""
KMS = "kms"


class Call(NamedTuple):
    """One API call. Texts and objects are empty where the event does not say."""

    source: str  # the service, such as kms.amazonaws.com
    operation: str
    event: str  # eventID
    time: Optional[float]  # Unix seconds
    region: str
    recipient: str  # the account whose trail holds the event
    identity: Json  # CloudTrail's userIdentity
    mfa: str  # true, false or empty
    request: Json  # its parameters; a BrokenObject where the event breaks before their end
    request_fault: str  # why they cannot be read: CloudTrail left them out, or something else is in their place
    response: Json  # its elements; a BrokenObject where the event breaks before their end
    resources: list[str]  # ARNs
    owners: list[str]  # the accounts that own these resources
    outcome: str  # SUCCESS, FAILURE, or UNKNOWN where the event breaks before it says
    error: str  # AWS's error code
    source_address: str
    user_agent: str
    event_type: str
    category: str
    broken: bool  # whether the event ends early or is damaged

    @property
    def name(self) -> tuple[str, str]:
        """The service, which is KMS under each of its names, and the operation."""
        return KMS if self.of_kms else self.source, self.operation

    @property
    def of_kms(self) -> bool:
        """Whether the event says that KMS was called."""
        return is_kms(self.source)

    @property
    def sets_policy(self) -> bool:
        """Whether the operation sets a key policy, and KMS was called, as far as the event says."""
        return self.operation in OPERATIONS and (not self.source or self.of_kms)

    @property
    def network_activity(self) -> bool:
        """Whether this is the network activity event of a call, which a VPC endpoint logs beside the management event.

        Source: CloudTrail User Guide, *Logging network activity events*; they never hold request parameters.
        """
        return self.category == "NetworkActivity" or self.event_type in ("AwsVpceEvent", "AwsVpceEvents")


def is_kms(source: str) -> bool:
    """Whether the source of an event is KMS, under its full name in any partition or OCSF's short form."""
    return source.lower().partition(".")[0] == KMS


def text_of(value: Any) -> str:
    """A JSON value as the text that a field shows: nothing for null, lists, objects and broken strings."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():  # some pipelines make 6003.0 of 6003
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else ""


def account_of(value: Any) -> str:
    """An account's id as a text. One that a pipeline made a number has lost the zeros that it begins with."""
    text = text_of(value)
    return text.zfill(_ACCOUNT_DIGITS) if value and not isinstance(value, str) and text.isdigit() else text


_ACCOUNT_DIGITS = 12


def number_of(value: Any) -> Optional[float]:
    """A JSON number, or a text that is one; None for anything else."""
    try:
        return float(text_of(value))
    except ValueError:
        return None


def error_of(value: Any) -> str:
    """The text in the place of an error's code or message; empty where it says that there was no error.

    Of a list, which some pipelines make of a text, the first that tells an error.
    """
    if isinstance(value, list):
        return next(filter(None, map(error_of, value)), "")
    text = text_of(value)
    return "" if text.strip().lower() in _NO_ERROR else text


# What some pipelines write where there is no error.
_NO_ERROR = ("", "-", "0", "false", "n/a", "nil", "none", "null", "success", "undefined")


def object_of(value: Any) -> Json:
    """An object, also if it is encoded as JSON text (OCSF's data, CloudTrail Lake), or again; empty for anything else.

    Of a text that ends early or is damaged, a BrokenObject with the members before the fault.
    """
    if isinstance(value, dict):
        return value
    if not isinstance(value, (str, BrokenText)):
        return {}
    text = value.text if isinstance(value, BrokenText) else decoded(value)
    if not _BEGINS_LIKE_OBJECT.match(text):
        return BrokenObject() if isinstance(value, BrokenText) else {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = _begun_object(text)
    return found if isinstance(found, dict) else {}


# Athena and Java write {name=value, …}, which is no JSON that was cut or damaged.
_BEGINS_LIKE_OBJECT = re.compile(r'\s*\{\s*(?:["}]|\Z)')


def _begun_object(text: str) -> Json:
    with suppress(OutOfSteps):
        for value, start, _, _ in values_in(text, Budget(_OBJECT_STEPS + len(text))):
            if not text[:start].strip() and isinstance(value, dict):
                return value
            break
    return BrokenObject()


_OBJECT_STEPS = 100_000


def decoded(text: str) -> str:
    """What a JSON string holds, however often it was encoded; any other text as it is."""
    for _ in range(_MOST_ENCODINGS):
        if not text.lstrip().startswith('"'):
            break
        try:
            inner = json.loads(text)
        except ValueError:
            break
        text = inner
    return text


_MOST_ENCODINGS = 12


def unflattened(record: Json) -> Json:
    """A record with the objects of which it has members under names with dots, such as `userIdentity.type`."""
    if "." not in "".join(record):
        return record
    return nested(record.items(), isinstance(record, BrokenObject))


def nested(members: Iterable[tuple[Any, Any]], broken: bool) -> Json:
    """The object whose members have paths with dots for names, such as `requestParameters.policy`.

    A whole member takes precedence over paths into it. The items of a list, which have their places in the paths
    (`resources.0.ARN`, `resources[0].ARN`), become members of an object; Splunk's `resources{}.ARN` becomes one object.
    """
    found: Json = BrokenObject() if broken else {}
    made = {id(found)}  # objects that are ours to change
    for name, value in sorted((member for member in members if isinstance(member[0], str)), key=_is_path):
        _put(found, _PLACE.sub(_dotted, name).split("."), value, made)
    return found


_PLACE = re.compile(r"\[([0-9]+)\]|\{\}")


def _dotted(place: "re.Match[str]") -> str:
    return f".{place[1]}" if place[1] else ""


def _is_path(member: tuple[str, Any]) -> bool:
    return "." in member[0]


def _put(holder: Json, path: list[str], value: Any, made: set[int]) -> None:
    for name in path[:-1]:
        inner = holder.get(name)
        if inner in (None, ""):
            inner = type(holder)()
        elif not isinstance(inner, dict):
            return
        elif id(inner) not in made:
            inner = type(inner)(inner)
        holder[name] = inner
        made.add(id(inner))
        holder = inner
    if holder.get(path[-1]) in (None, ""):
        holder[path[-1]] = value


def list_of(value: Any) -> list[Any]:
    """A list, also if it is encoded as JSON text; of one object, that alone; empty for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(decoded(value))
        except (ValueError, RecursionError):
            return []
    if isinstance(value, dict):  # what a list of objects becomes where pipelines make records flat
        return [value]
    return value if isinstance(value, list) else []


def objects_of(value: Any, containers: int = 4) -> list[Json]:
    """The objects in a list, whichever form pipelines give it: that of list_of, or objects around its items.

    An object around items holds nothing but objects and lists: `{"list": [{"element": {…}}, …]}`, as Parquet holds a
    list, or `{"0": {…}, "1": {…}}`, as a flat record has one. Source: Apache Parquet, *Logical types* (Lists).
    """
    found: list[Json] = []
    for item in map(object_of, list_of(value)):
        around = containers and item and all(map(_is_around_objects, item.values()))
        found += [one for inner in item.values() for one in objects_of(inner, containers - 1)] if around else [item]
    return found


def _is_around_objects(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and not any(isinstance(each, str) for each in value))


def texts_of(values: Iterable[Any]) -> list[str]:
    """The strings among some values, without the empty ones."""
    return [value for value in values if isinstance(value, str) and value]


def seconds_of(value: Any) -> Optional[float]:
    """A time as Unix seconds; None if it is none, or lies beyond the calendar.

    It is a date and time, of UTC unless it says otherwise, or a number of seconds, milli-, micro- or nanoseconds, which
    its size tells apart from each other and from a date without signs, such as 20260309. Source: CloudTrail User Guide,
    *CloudTrail record contents* and *Example queries* (CloudTrail Lake); OCSF schema, *timestamp_t* (milliseconds);
    OpenTelemetry, *Logs Data Model* (nanoseconds).
    """
    text = text_of(value)
    time = _TIME.match(text)
    if not time:
        number = number_of(text)
        sizes = () if number is None else (number / unit for unit in _UNITS)
        return next((seconds for seconds in sizes if 1e9 <= seconds < 1e10), None)  # from 2001 to 2286
    zone = f"{time[4]}:{time[5]}" if time[4] else "+00:00"
    try:
        whole = datetime.fromisoformat(f"{time[1]}T{time[2] or '00:00'}{zone}").timestamp()
    except ValueError:
        return None
    seconds = whole + float(time[3] or 0)
    return seconds if FIRST_MOMENT <= seconds <= LAST_MOMENT else None


_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)((?<=:..:..)\.[0-9]+)? ?(?:Z|UTC|([+-][0-9]{2}):?([0-5][0-9]))?)?\Z"
)
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)  # in a second
