"""Reads one API call out of a CloudTrail record or an OCSF event (Security Lake), into the same terms.

Source: CloudTrail User Guide, *CloudTrail record contents*; OCSF 1.0 and 1.1, *API Activity*, and OCSF's mapping of
CloudTrail (ocsf/examples, *Amazon CloudTrail Generic API Activity*).
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple, Optional

from ..policy.typed_values import FIRST_MOMENT, LAST_MOMENT, moment

Json = dict[str, Any]


class Call(NamedTuple):
    """One API call. Texts are empty, objects are empty, where the event does not say."""

    source: str  # the service, e.g. kms.amazonaws.com
    operation: str
    event: str  # eventID
    time: Optional[float]  # Unix seconds
    region: str
    recipient: str  # the account whose trail holds the event
    identity: Json  # CloudTrail's userIdentity
    user_name: str  # the name that stands outside of it, for users of Identity Center
    mfa: str  # true, false or nothing
    request: Json
    request_fault: str  # why the request's parameters could not be read
    response: Json
    resources: list[str]  # ARNs
    owners: list[str]  # the accounts that own these resources
    failed: bool
    error: str  # AWS's error code
    src: str
    user_agent: str


def from_cloudtrail(record: Json) -> Call:
    """The call of a CloudTrail record."""
    identity = object_of(record.get("userIdentity"))
    session = object_of(identity.get("sessionContext"))
    resources = [object_of(item) for item in _list(record.get("resources"))]
    request, fault = _request(record.get("requestParameters"))
    error = text_of(record.get("errorCode"))
    return Call(
        source=text_of(record.get("eventSource")),
        operation=text_of(record.get("eventName")),
        event=text_of(record.get("eventID")),
        time=_seconds(record.get("eventTime")),
        region=text_of(record.get("awsRegion")),
        recipient=text_of(record.get("recipientAccountId")),
        identity=identity,
        user_name=text_of(object_of(record.get("additionalEventData")).get("UserName")),
        mfa=text_of(object_of(session.get("attributes")).get("mfaAuthenticated")).lower(),
        request=request,
        request_fault=fault,
        response=object_of(record.get("responseElements")),
        resources=_texts([item.get("ARN") for item in resources]),
        owners=_texts([item.get("accountId") for item in resources]),
        failed=bool(error or text_of(record.get("errorMessage"))),
        error=error,
        src=text_of(record.get("sourceIPAddress")),
        user_agent=text_of(record.get("userAgent")),
    )


def from_ocsf(event: Json) -> Call:
    """The call of an OCSF event. 1.0 names some attributes otherwise than 1.1: account_uid, uuid, mfa."""
    api, actor = object_of(event.get("api")), object_of(event.get("actor"))
    user, session = object_of(actor.get("user")), object_of(actor.get("session"))
    response, cloud = object_of(api.get("response")), object_of(event.get("cloud"))
    source_endpoint = object_of(event.get("src_endpoint"))
    resources = [object_of(item) for item in _list(event.get("resources"))]
    request, fault = _request(object_of(api.get("request")).get("data"))
    error = text_of(response.get("error"))
    uids = _texts(user.get(name) for name in ("uid", "uuid", "uid_alt"))
    identity = {
        "type": user.get("type"),
        "userName": user.get("name"),
        "accountId": _account(user),
        "arn": next((uid for uid in uids if uid.startswith("arn:")), ""),
        "principalId": next((uid for uid in uids if not uid.startswith("arn:")), ""),
        "invokedBy": actor.get("invoked_by"),
        "sessionContext": {"sessionIssuer": {"arn": session.get("issuer")}},
    }
    return Call(
        source=text_of(object_of(api.get("service")).get("name")),
        operation=text_of(api.get("operation")),
        event=text_of(object_of(event.get("metadata")).get("uid")),
        time=_milliseconds(event.get("time")),
        region=text_of(cloud.get("region")),
        recipient=_account(cloud) or _unmapped(event.get("unmapped"), "recipientAccountId"),
        identity=identity,
        user_name="",
        mfa=text_of(session["is_mfa"] if session.get("is_mfa") is not None else session.get("mfa")).lower(),
        request=request,
        request_fault=fault,
        response=object_of(response.get("data")),
        resources=_texts(item.get("uid") for item in resources),
        owners=_texts(_account(item) or _account(object_of(item.get("owner"))) for item in resources),
        failed=bool(error) or text_of(event.get("status")).lower() == "failure" or event.get("status_id") == 2,
        error=error,
        src=text_of(source_endpoint.get("ip")) or text_of(source_endpoint.get("domain")),
        user_agent=text_of(object_of(event.get("http_request")).get("user_agent")),
    )


def text_of(value: Any) -> str:
    """A JSON value as the text that a field shows: null, lists and objects are nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else ""


def object_of(value: Any) -> Json:
    """An object, also where it is written as JSON text (OCSF's data, CloudTrail Lake); empty for anything else."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}
    return {}


def _request(value: Any) -> tuple[Json, str]:
    """The request's parameters, or why they cannot be read: a policy that stands in them must not vanish."""
    found = object_of(value)
    if isinstance(value, str) and value.strip() not in ("", "null") and not found:
        return {}, "the request's parameters are broken JSON, perhaps cut short"
    if found.get("omitted") is True:
        return {}, "CloudTrail left the request's parameters out of the event, because they are too large"
    return found, ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(values: Iterable[Any]) -> list[str]:
    return [value for value in values if isinstance(value, str) and value]


def _account(holder: Json) -> str:
    """OCSF 1.1 has an account object, 1.0 a plain account_uid."""
    return text_of(object_of(holder.get("account")).get("uid")) or text_of(holder.get("account_uid"))


def _unmapped(value: Any, name: str) -> str:
    """What OCSF has no attribute for: an object, or a list of pairs where a map of the data lake was exported."""
    pairs = [item for item in _list(value) if isinstance(item, list) and len(item) == 2]
    return text_of(next((pair[1] for pair in pairs if pair[0] == name), object_of(value).get(name)))


def _seconds(value: Any) -> Optional[float]:
    if not isinstance(value, str):
        return None
    second = _SECOND.get(value[16:])
    if second is None:  # not as CloudTrail writes it
        return _moment(value)
    midnight, minute = _whole_minute(value[:10] + "T00:00Z"), _whole_minute("1970-01-01" + value[10:16] + "Z")
    return None if midnight is None or minute is None else midnight + minute + second


_SECOND = {f":{second:02d}Z": second for second in range(60)}


def _moment(text: str) -> Optional[float]:
    found = moment(text)
    return None if found is None else _in_calendar(float(found))


_whole_minute = lru_cache(maxsize=4096)(_moment)  # of a day, the minutes and the days around it


def _milliseconds(value: Any) -> Optional[float]:
    return _in_calendar(value / 1000) if isinstance(value, (int, float)) and abs(value) < 1e15 else None


def _in_calendar(seconds: float) -> Optional[float]:
    return seconds if FIRST_MOMENT <= seconds <= LAST_MOMENT else None
