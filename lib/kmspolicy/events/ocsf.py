"""Reads the API call of an OCSF API Activity event, as Amazon Security Lake and CloudWatch Logs write it.

Source: OCSF schema 1.0, 1.1 and 1.5, *API Activity*; ocsf/examples, *Amazon CloudTrail Generic API Activity* (the
mapping of CloudTrail); Security Lake User Guide, *OCSF source identification* (source version 1 is OCSF 1.0.0-rc.2).
"""

import re
from collections.abc import Iterable
from typing import Any, Optional

from .api_call import (
    FAILURE,
    SUCCESS,
    UNKNOWN,
    Call,
    Json,
    account_of,
    decoded,
    error_of,
    list_of,
    nested,
    number_of,
    object_of,
    objects_of,
    seconds_of,
    text_of,
    texts_of,
    unflattened,
)
from .broken_values import BrokenList, BrokenObject
from .cloudtrail import from_cloudtrail, is_record
from .faults import EventFault
from .parameters import fault_of

# Members that only an event has. A broken object with one of them is an event, even if its api is lost.
MARKS = frozenset(("actor", "class_name", "class_uid", "http_request", "src_endpoint", "type_uid", "unmapped"))
_API_ACTIVITY = (6003, 3005)  # the second in 1.0.0-rc.2
_BASE_CLASS = 0  # an event of it may hold another one as it came
_FINDINGS = 2  # the category of the classes from 2000 on: a finding may be about a call, but is not one
_SUCCEEDED, _FAILED = 1, 2  # status_id
_NO_DATA = (None, "", "null")  # the mapping writes null for what a record does not have
_EMPTY_DATA: tuple[Any, ...] = ({}, "{}")
_NAMES_OF_KEYS, _NAMES_OF_VALUES = ("key", "Key", "name"), ("value", "Value")  # of a map as a list of objects
_NAMES_OF_MAPS = ("key_value", "map")  # around such a list (Apache Parquet, *Logical types*, Maps)


def is_event(value: Json) -> bool:
    """Whether an object is an OCSF event of an API call, or one of another class, such as a finding about calls."""
    api, operation = value.get("api"), None
    if api is None:
        operation = value.get("api.operation")  # some pipelines make events flat
    elif isinstance(api, dict) or not MARKS.isdisjoint(value):  # or objects JSON text
        operation = object_of(api).get("operation")
    told = number_of(value.get("class_uid"))
    return isinstance(operation, str) or (told is not None and told not in (_BASE_CLASS, *_API_ACTIVITY))


def is_label(event: Json, call: Call) -> bool:
    """Whether an event may be no more than an envelope with an `api` of its own: it tells no call to KMS, and has no
    member that only an event has.
    """
    if isinstance(event, BrokenObject) or not MARKS.isdisjoint(name.partition(".")[0] for name in event):
        return False
    return not (call.of_kms or call.sets_policy)


def around(label: Json) -> Json:
    """What may be around an event: all of a label but the call, which callers write in part."""
    return {name: value for name, value in label.items() if name.partition(".")[0] != "api"}


def as_it_came(event: Json) -> Json:
    """The member of an event that is what it was made of. That of a finding may be a call which has its own event."""
    return {} if _is_finding(event) or "raw_data" not in event else {"raw_data": event["raw_data"]}


def _is_finding(event: Json) -> bool:
    told = number_of(event.get("class_uid"))
    return told is not None and told // 1000 == _FINDINGS


def from_ocsf(event: Json) -> Call:
    """The call of an event, which may be broken. Any class but a finding may tell a call: api.operation marks it.

    OCSF 1.0 has other names than 1.1 (account_uid, uuid, mfa), and no attribute for the parameters of the request:
    they are in `unmapped`, as is what no version has an attribute for.
    """
    event = unflattened(event)
    told = event.get("unmapped", BrokenObject() if isinstance(event, BrokenObject) else None)
    unmapped = _unmapped(told)
    api = {} if _is_finding(event) else unflattened(object_of(event.get("api")))
    actor = object_of(event.get("actor"))
    response, cloud, metadata = (
        object_of(holder) for holder in (api.get("response"), event.get("cloud"), event.get("metadata"))
    )
    source_endpoint = object_of(event.get("src_endpoint"))
    session = {**object_of(event.get("session")), **_filled(object_of(actor.get("session")))}
    resources = objects_of(event.get("resources"))
    broken = isinstance(event, BrokenObject)
    outcome, error = _outcome(event, response)
    request, request_fault = _parameters(event, api, told, unmapped, outcome == FAILURE)
    return Call(
        source=text_of(object_of(api.get("service")).get("name")),
        operation=text_of(api.get("operation")),
        event=text_of(metadata.get("uid")),
        time=next(filter(None, map(seconds_of, (event.get("time"), event.get("time_dt")))), None),
        region=text_of(cloud.get("region")) or text_of(event.get("region")),
        recipient=_account(cloud) or account_of(unmapped.get("recipientAccountId")),
        identity=_identity(actor, session, object_of(unmapped.get("userIdentity"))),
        mfa=_first_text(session.get("is_mfa"), session.get("mfa"), event.get("is_mfa")).lower(),
        request=request,
        request_fault=request_fault,
        response=object_of(response.get("data")) or object_of(unmapped.get("responseElements", _unread(api, unmapped))),
        resources=texts_of(item.get("uid") for item in resources),
        owners=texts_of(_account(item) or _account(object_of(item.get("owner"))) for item in resources),
        outcome=outcome,
        error=error,
        source_address=text_of(source_endpoint.get("ip")) or text_of(source_endpoint.get("domain")),
        user_agent=text_of(object_of(event.get("http_request")).get("user_agent")),
        event_type=text_of(metadata.get("event_code")) or text_of(unmapped.get("eventType")),
        category=text_of(unmapped.get("eventCategory"))
        or text_of(object_of(object_of(metadata.get("product")).get("feature")).get("name")),
        broken=broken,
    )


def _identity(actor: Json, session: Json, unmapped: Json) -> Json:
    """CloudTrail's userIdentity. The ARN is the uid in 1.1 and the uuid in 1.0; the principal id is beside it."""
    user = object_of(actor.get("user"))
    uids = texts_of(user.get(name) for name in ("uid", "uuid", "uid_alt"))
    mapped = {
        "type": user.get("type"),
        "userName": user.get("name"),
        "accountId": _account(user),
        "arn": next((uid for uid in uids if uid.startswith("arn:")), ""),
        "principalId": next((uid for uid in uids if not uid.startswith("arn:")), ""),
        "accessKeyId": _first_text(user.get("credential_uid"), session.get("credential_uid")),
        "invokedBy": actor.get("invoked_by"),
    }
    issuer = text_of(session.get("issuer"))
    if issuer:
        mapped["sessionContext"] = {"sessionIssuer": {"arn": issuer}}
    return {**unmapped, **_filled(mapped)}


def _parameters(event: Json, api: Json, told: Any, unmapped: Json, failed: bool) -> tuple[Json, str]:
    """The parameters of a call's request, and why they cannot be read.

    They are in one of three places: the request's data, what is not mapped (`told` is that as the event has it), and
    the record that the event keeps as it came.
    """
    data, unread = object_of(api.get("request")).get("data"), _unread(api, unmapped)
    if data in _NO_DATA or data in _EMPTY_DATA:
        if "requestParameters" in unmapped or unread is not None:
            data = unmapped.get("requestParameters", unread)
        else:
            record = object_of(event.get("raw_data"))
            call = from_cloudtrail(record) if is_record(record) else None
            if call is not None and call.operation == text_of(api.get("operation")):
                return call.request, call.request_fault
            if data in _NO_DATA and not failed:
                return {}, (fault_of(told, unmapped) if not unmapped else "") or EventFault.NO_PARAMETERS.value
    request = object_of(data)
    return request, fault_of(data, request)


def _unread(api: Json, unmapped: Json) -> Optional[Json]:
    """What stands for the parameters or the response of a call of which a part is cut away; None for a whole one."""
    return BrokenObject() if isinstance(api, BrokenObject) or isinstance(unmapped, BrokenObject) else None


def _outcome(event: Json, response: Json) -> tuple[str, str]:
    """The outcome, and the error's code. The status is a text or a number, which Splunk's exports write as a text.

    A code of the response or of the event may name an error, too, unless the status is a success. A whole event
    that names no error and has no status is one of a success, as a record of CloudTrail is.
    """
    status, status_id = text_of(event.get("status")).lower(), number_of(event.get("status_id"))
    error = error_of(response.get("error"))
    codes = [code for code in map(error_of, (response.get("code"), event.get("status_code"))) if code]
    codes = [code for code in codes if not _OK.match(code)]
    named = error or next((code for code in codes if number_of(code) is None), "")
    if error or status == "failure" or status_id == _FAILED:
        return FAILURE, named
    if status == "success" or status_id == _SUCCEEDED:
        return SUCCESS, ""
    if codes:
        return FAILURE, named
    without_status = not status and status_id is None and not isinstance(event, BrokenObject)
    return (SUCCESS if without_status else UNKNOWN), ""


_OK = re.compile(r"\s*(?:2[0-9]{2}|ok|succeeded)\s*\Z", re.I)


def _unmapped(value: Any) -> Json:
    """What OCSF has no attribute for: an object, or a map exported as a list of pairs or of keys and values.

    It may be the JSON text of one. Names may be paths with dots (`requestParameters.policy`). Parquet holds a map as an
    object around its list.
    """
    if isinstance(value, str) and (text := decoded(value)).lstrip().startswith("["):
        value = list_of(text)
    if not isinstance(value, list):
        members = object_of(value)
        lists = (members[name] for name in _NAMES_OF_MAPS if isinstance(members.get(name), list))
        value = next(lists, None)
        if value is None:
            return nested(members.items(), isinstance(members, BrokenObject))
    pairs: Iterable[tuple[Any, Any]] = [
        (_first_of(item, _NAMES_OF_KEYS), _first_of(item, _NAMES_OF_VALUES)) if isinstance(item, dict) else tuple(item)
        for item in value
        if isinstance(item, dict) or (isinstance(item, list) and len(item) == 2)
    ]
    return nested(pairs, isinstance(value, BrokenList))


def _first_of(holder: Json, names: tuple[str, ...]) -> Any:
    return next((holder[name] for name in names if name in holder), None)


def _filled(members: Json) -> Json:
    """The members that are not empty."""
    return {name: value for name, value in members.items() if value not in (None, "")}


def _first_text(*values: Any) -> str:
    return next((text for text in map(text_of, values) if text), "")


def _account(holder: Json) -> str:
    """OCSF 1.1 has an account object, 1.0 a plain account_uid."""
    return account_of(object_of(holder.get("account")).get("uid")) or account_of(holder.get("account_uid"))
