"""What the Splunk Add-on for AWS adds to an event beside the fields of its JSON: one table per sourcetype.
Each entry says how it is known: documented that the field has a value, observed in an add-on's props.conf, or assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Callable, Optional

from dev.spl.values import Row, texts


class Setting(str, Enum):
    """Which add-on is played: one that fills every field the published rule groups by, or one as found in the field."""

    filled = "filled"
    field = "field"


class Basis(str, Enum):
    """How an entry is known."""

    documented = "documented"
    observed = "observed"
    assumed = "assumed"


Compute = Callable[[Row], Optional[str]]


@dataclass(frozen=True)
class AddonField:
    """One field that the add-on sets, in both settings unless `only` names one."""

    name: str
    compute: Compute
    basis: Basis
    source: str
    only: Setting | None = None


FIELDS = "splunk/security_content, data_sources/aws_cloudtrail_{createkey,putkeypolicy}.yml, for add-on 8.1 and 8.2"
PROPS = "Splunk Add-on for AWS, default/props.conf of 2021, [aws:cloudtrail]"
REPORT = "Splunk Add-on for AWS, CIM field change report: user_name is gone or changed between versions"

_USER = "userIdentity.userName"
_ISSUER = "userIdentity.sessionContext.sessionIssuer.userName"


def first_of(*fields: str) -> Compute:
    """The first of these fields that has a value, as a FIELDALIAS or coalesce() does."""
    return lambda row: next((text for field in fields for text in texts(row, field)), None)


def always(text: str) -> Compute:
    """The same text on every event."""
    return lambda row: text


def when_name(starts: str, then: Compute, otherwise: Compute) -> Compute:
    """Depends on how eventName starts, as `case(like(eventName, "Put%"), …)` does."""
    return lambda row: (then if "".join(texts(row, "eventName")).startswith(starts) else otherwise)(row)


def last_part(field: str) -> Compute:
    """What stands behind the last slash or colon, as in an ARN."""
    return lambda row: next((text.replace(":", "/").rsplit("/", 1)[-1] for text in texts(row, field)), None)


def either(*computes: Compute) -> Compute:
    """The first of these that yields a value."""
    return lambda row: next((found for compute in computes if (found := compute(row)) is not None), None)


_WHOEVER = either(first_of(_USER, _ISSUER), last_part("userIdentity.arn"), first_of("userIdentity.invokedBy"))

CLOUDTRAIL: tuple[AddonField, ...] = (
    AddonField("signature", first_of("eventName"), Basis.documented, FIELDS),
    AddonField("src", first_of("sourceIPAddress"), Basis.documented, FIELDS),
    AddonField("user_agent", first_of("userAgent"), Basis.documented, FIELDS),
    AddonField("vendor_region", first_of("awsRegion"), Basis.documented, FIELDS),
    AddonField("vendor_account", first_of("userIdentity.accountId", "recipientAccountId"), Basis.observed, PROPS),
    AddonField("vendor_product", always("AWS CloudTrail"), Basis.observed, PROPS),
    AddonField("user", _WHOEVER, Basis.documented, FIELDS, Setting.filled),
    AddonField(
        "user", when_name("Put", first_of(_USER, _ISSUER), first_of(_USER)), Basis.observed, PROPS, Setting.field
    ),
    AddonField("user_name", _WHOEVER, Basis.documented, FIELDS, Setting.filled),
    AddonField("user_name", first_of(_USER), Basis.assumed, REPORT, Setting.field),
    AddonField("dest", first_of("eventSource"), Basis.documented, FIELDS, Setting.filled),
    AddonField(
        "dest",
        when_name("Put", first_of("requestParameters.host{}", "requestParameters.Host"), first_of("eventSource")),
        Basis.observed,
        PROPS,
        Setting.field,
    ),
)

SECURITY_LAKE: tuple[AddonField, ...] = ()
"""The published twin uses no field of the add-on: only those of the OCSF event, extracted from its JSON."""

TABLES: dict[str, tuple[AddonField, ...]] = {"aws:cloudtrail": CLOUDTRAIL, "aws:asl": SECURITY_LAKE}


def addon_fields(row: Row, sourcetype: str, setting: Setting) -> Row:
    """The add-on's fields for an event whose JSON fields are in `row`; one without a value is left out.

    A sourcetype without a table is one that the add-on does nothing for.
    """
    entries: list[AddonField] = [entry for entry in TABLES.get(sourcetype, ()) if entry.only in (None, setting)]
    return {entry.name: found for entry in entries if (found := entry.compute(row)) is not None}
