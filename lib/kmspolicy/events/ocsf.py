"""Reads the API call of an OCSF API Activity event, as Amazon Security Lake and CloudWatch Logs write it.

Source: OCSF schema 1.0, 1.1 and 1.5, *API Activity*; ocsf/examples, *Amazon CloudTrail Generic API Activity* (the
mapping of CloudTrail); Security Lake User Guide, *OCSF source identification* (source version 1 is OCSF 1.0.0-rc.2).
"""

from collections.abc import Iterable
from typing import Any, Optional

from .api_call import (
    FAILURE,
    SUCCESS,
    UNKNOWN,
    Call,
    Json,
    error_of,
    in_calendar,
    list_of,
    nested,
    number_of,
    object_of,
    seconds_of,
    text_of,
    texts_of,
    unflattened,
)
from .parameters import fault_of
from .tolerant_json import BrokenList, BrokenObject

# Members that only an event has. A broken object with one of them is an event, even if its api is lost.
MARKS = frozenset(("actor", "class_name", "class_uid", "http_request", "src_endpoint", "type_uid", "unmapped"))
_ACCESS_KEY = "AKIA"  # of a user; those of sessions begin with ASIA (IAM User Guide, *IAM identifiers*)
_API_ACTIVITY = (6003, 3005)  # the second in 1.0.0-rc.2
_BASE_CLASS = 0  # an event of it may hold another one as it came
_SUCCEEDED, _FAILED = 1, 2  # status_id


def is_event(value: Json) -> bool:
    """Whether an object is an OCSF event of an API call, or one of another class, such as a finding about calls."""
    api, operation = value.get("api"), None
    if api is None:
        operation = value.get("api.operation")  # some pipelines make events flat
    elif isinstance(api, dict) or not MARKS.isdisjoint(value):  # or objects JSON text
        operation = object_of(api).get("operation")
    return isinstance(operation, str) or _is_of_another_class(value)


def _is_of_another_class(event: Json) -> bool:
    told = number_of(event.get("class_uid"))
    return told is not None and told not in (_BASE_CLASS, *_API_ACTIVITY)


def from_ocsf(event: Json) -> Call:
    """The call of an event, which may be broken.

    OCSF 1.0 has other names than 1.1 (account_uid, uuid, mfa), and no attribute for the parameters of the request:
    they are in `unmapped`, as is what no version has an attribute for.
    """
    event = unflattened(event)
    unmapped = _unmapped(event.get("unmapped", BrokenObject() if isinstance(event, BrokenObject) else None))
    api = {} if _is_of_another_class(event) else unflattened(object_of(event.get("api")))
    actor = object_of(event.get("actor"))
    response, cloud, metadata = (
        object_of(holder) for holder in (api.get("response"), event.get("cloud"), event.get("metadata"))
    )
    source_endpoint = object_of(event.get("src_endpoint"))
    session = {**object_of(event.get("session")), **_filled(object_of(actor.get("session")))}
    resources = [object_of(item) for item in list_of(event.get("resources"))]
    broken = isinstance(event, BrokenObject)
    unread = BrokenObject() if isinstance(api, BrokenObject) or isinstance(unmapped, BrokenObject) else None
    data = object_of(api.get("request")).get("data")
    parameters = unmapped.get("requestParameters", unread) if data in (None, "") else data
    request = object_of(parameters)
    error = error_of(response.get("error"))
    return Call(
        source=text_of(object_of(api.get("service")).get("name")),
        operation=text_of(api.get("operation")),
        event=text_of(metadata.get("uid")),
        time=_milliseconds(event.get("time")) or seconds_of(event.get("time_dt")),
        region=text_of(cloud.get("region")) or text_of(event.get("region")),
        recipient=_account(cloud) or text_of(unmapped.get("recipientAccountId")),
        identity=_identity(actor, session, object_of(unmapped.get("userIdentity"))),
        mfa=_mfa(event, session, object_of(actor.get("user"))),
        request=request,
        request_fault=fault_of(parameters, request),
        response=object_of(response.get("data")) or object_of(unmapped.get("responseElements", unread)),
        resources=texts_of(item.get("uid") for item in resources),
        owners=texts_of(_account(item) or _account(object_of(item.get("owner"))) for item in resources),
        outcome=_outcome(event, error),
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
        "invokedBy": actor.get("invoked_by"),
    }
    issuer = text_of(session.get("issuer"))
    if issuer:
        mapped["sessionContext"] = {"sessionIssuer": {"arn": issuer}}
    return {**unmapped, **_filled(mapped)}


def _mfa(event: Json, session: Json, user: Json) -> str:
    """What the event says of MFA. An access key of a user has no session: false means nothing there."""
    said = _first_text(session.get("is_mfa"), session.get("mfa"), event.get("is_mfa")).lower()
    key = _first_text(user.get("credential_uid"), session.get("credential_uid"))
    return "" if said == "false" and key.startswith(_ACCESS_KEY) else said


def _outcome(event: Json, error: str) -> str:
    """The status is a text or a number, which Splunk's exports write as a text."""
    status, status_id = text_of(event.get("status")).lower(), number_of(event.get("status_id"))
    if error or status == "failure" or status_id == _FAILED:
        return FAILURE
    if isinstance(event, BrokenObject) and status != "success" and status_id != _SUCCEEDED:
        return UNKNOWN
    return SUCCESS


def _unmapped(value: Any) -> Json:
    """What OCSF has no attribute for: an object, or a map exported as a list of pairs or of keys and values.

    Names may be paths with dots (`requestParameters.policy`).
    """
    if isinstance(value, list):
        pairs: Iterable[tuple[Any, Any]] = [
            (item.get("key"), item.get("value")) if isinstance(item, dict) else tuple(item)
            for item in value
            if isinstance(item, dict) or (isinstance(item, list) and len(item) == 2)
        ]
    else:
        pairs = object_of(value).items()
    return nested(pairs, isinstance(value, (BrokenObject, BrokenList)))


def _filled(members: Json) -> Json:
    """The members that are not empty."""
    return {name: value for name, value in members.items() if value not in (None, "")}


def _first_text(*values: Any) -> str:
    return next((text for text in map(text_of, values) if text), "")


def _account(holder: Json) -> str:
    """OCSF 1.1 has an account object, 1.0 a plain account_uid."""
    return text_of(object_of(holder.get("account")).get("uid")) or text_of(holder.get("account_uid"))


def _milliseconds(value: Any) -> Optional[float]:
    number = number_of(value)
    return None if number is None or not abs(number) < 1e15 else in_calendar(number / 1000)
