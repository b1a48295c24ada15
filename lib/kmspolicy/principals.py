"""The principal element of a statement: whom it names, and whether it covers a caller.

Source: IAM User Guide, *AWS JSON policy elements: Principal* and *NotPrincipal*.
"""

import re
from enum import Enum
from typing import NamedTuple

from .caching import cached_for_short


class Named(Enum):
    """What a value under the principal type `AWS` stands for."""

    ANYONE = "anyone"
    ACCOUNT = "account"
    PRINCIPAL = "principal"
    SESSION = "session"
    UNIQUE_ID = "unique id"
    NOBODY = "nobody"


_NONE: frozenset[str] = frozenset()


class Principals(NamedTuple):
    """Whom a principal element covers; `negated` for the complement of whom it lists."""

    negated: bool = False
    anyone: bool = False
    accounts: frozenset[str] = _NONE
    arns: frozenset[str] = _NONE  # of roles, users and federated users
    sessions: frozenset[str] = _NONE  # ARNs of assumed-role sessions
    unique_ids: frozenset[str] = _NONE
    services: frozenset[str] = _NONE
    owners: frozenset[str] = _NONE  # the accounts of all these
    written: tuple[str, ...] = ()  # as the field key_policy_principal shows them

    @property
    def open_ended(self) -> bool:
        """Whether it covers principals that it does not name."""
        return self.negated or self.anyone


_ACCOUNT = re.compile(r"[0-9]{12}\Z")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}\Z")
_ARN = re.compile(
    r"arn:[^:]*:(?:iam::([0-9]{12}):(?:(root)|(?:role|user)/.+)"
    r"|sts::([0-9]{12}):(?:federated-user/.+|(assumed-role/[^/]+/[^/]+)))\Z",
    re.DOTALL,
)


def named(value: str) -> tuple[Named, str, str]:
    """What a value under the principal type `AWS` names: its kind, the id or ARN, and the account ('' if unknown)."""
    if "*" in value or "?" in value:
        return (Named.ANYONE if value == "*" else Named.NOBODY), value, ""
    arn = _ARN.match(value)
    if arn is not None:
        account, root, federation, session = arn.groups()
        if root:
            return Named.ACCOUNT, account, account
        return (Named.SESSION if session else Named.PRINCIPAL), value, account or federation
    if _ACCOUNT.match(value):
        return Named.ACCOUNT, value, value
    return (Named.UNIQUE_ID if _UNIQUE_ID.match(value) else Named.NOBODY), value, ""


@cached_for_short(256)
def one_principal(value: str) -> Principals:
    """The principal element that lists a single value of type `AWS`."""
    what, who, account = named(value)
    alone = frozenset((who,))
    return Principals(
        False,
        what is Named.ANYONE,
        alone if what is Named.ACCOUNT else _NONE,
        alone if what is Named.PRINCIPAL else _NONE,
        alone if what is Named.SESSION else _NONE,
        alone if what is Named.UNIQUE_ID else _NONE,
        _NONE,
        frozenset((account,)) if account else _NONE,
        (value,),
    )


def principals_of(negated: bool, listed: list[tuple[str, str]]) -> Principals:
    """The principal element that lists these values, each behind its type (AWS, Service, Federated, CanonicalUser)."""
    accounts: set[str] = set()
    arns: set[str] = set()
    sessions: set[str] = set()
    unique_ids: set[str] = set()
    services: set[str] = set()
    owners: set[str] = set()
    anyone = False
    mark = "!" if negated else ""
    written: list[str] = []
    for kind, text in listed:
        if kind != "AWS":
            if kind == "Service" and "*" not in text and "?" not in text:
                services.add(text)
            written.append(f"{mark}{kind}:{text}")
            continue
        what, who, account = named(text)
        if what is Named.PRINCIPAL:
            arns.add(who)
        elif what is Named.ACCOUNT:
            accounts.add(who)
        elif what is Named.ANYONE:
            anyone = True
        elif what is Named.SESSION:
            sessions.add(who)
        elif what is Named.UNIQUE_ID:
            unique_ids.add(who)
        if account:
            owners.add(account)
        written.append(mark + text)
    # A NotPrincipal that lists nobody at all has no effect; it is not the complement of nobody.
    return Principals(
        negated and bool(listed),
        anyone,
        frozenset(accounts),
        frozenset(arns),
        frozenset(sessions),
        frozenset(unique_ids),
        frozenset(services),
        frozenset(owners),
        tuple(written),
    )


def account_of(arn: str) -> str:
    """The account in the fifth part of an ARN."""
    return arn.split(":", 5)[4]
