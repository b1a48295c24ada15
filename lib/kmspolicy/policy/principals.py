"""The principal element of a statement: whom it names, and whether it covers a caller.

Source: IAM User Guide, *AWS JSON policy elements: Principal* and *NotPrincipal*.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple, Optional

from ..caching import cached_for_short, lazy
from .identifiers import ACCOUNT_ID


class Named(Enum):
    """What a value of a principal element stands for."""

    ACCOUNT = "account"
    PRINCIPAL = "principal"
    SESSION = "session"
    UNIQUE_ID = "unique id"
    SERVICE = "service"


class Name(NamedTuple):
    """A principal that a value names: its kind, its id or ARN, its account ('' if unknown), and the value as shown."""

    what: Named
    who: str
    account: str
    shown: str


@dataclass(eq=False)
class Principals:
    """The principals that an element covers. What its values name is worked out when it is first asked for.

    negated: it covers everyone but those it lists; listed: the values of each type, the plain `*` under the type `*`;
    partition: the only one whose ARNs name somebody, None for any.
    """

    negated: bool
    listed: tuple[tuple[str, Sequence[str]], ...]
    partition: Optional[str] = None

    @lazy
    def anyone(self) -> bool:
        """Whether it lists `*`."""
        return any("*" in texts for kind, texts in self.listed if kind in ("AWS", "*"))

    @lazy
    def open_ended(self) -> bool:
        """Whether it covers principals that it does not name."""
        return self.negated or self.anyone

    def within(self, partition: str) -> "Principals":
        """The same element for a key of this partition: principals of another one are nobody's."""
        if all(_is_of(text, partition) for text in self.aws):
            return self
        return replace(self, partition=partition)

    @property
    def aws(self) -> Sequence[str]:
        """The values of the type AWS, as written."""
        return next((texts for kind, texts in self.listed if kind == "AWS"), ())

    @lazy
    def written(self) -> tuple[str, ...]:
        """As the field key_policy_principal shows them."""
        mark = "!" if self.negated else ""
        return tuple([mark + _shown(kind, text) for kind, texts in self.listed for text in texts])

    @lazy
    def names(self) -> tuple[Name, ...]:
        """The principals that its values name, without the plain `*`; values that match no principal are left out."""
        partition = self.partition
        texts = [(kind, text) for kind, texts in self.listed for text in texts]
        found = [_name(kind, text) for kind, text in texts if partition is None or _is_of(text, partition)]
        return tuple([name for name in found if name is not None])

    def _named(self, what: Named) -> frozenset[str]:
        return frozenset([name.who for name in self.names if name.what is what])

    @lazy
    def accounts(self) -> frozenset[str]:
        return self._named(Named.ACCOUNT)

    @lazy
    def arns(self) -> frozenset[str]:
        """Of roles, users and federated users."""
        return self._named(Named.PRINCIPAL)

    @lazy
    def sessions(self) -> frozenset[str]:
        """ARNs of assumed-role sessions."""
        return self._named(Named.SESSION)

    @lazy
    def owners(self) -> frozenset[str]:
        """The accounts of all whom it names, as far as they are known."""
        return frozenset([name.account for name in self.names if name.account])

    @lazy
    def unique_ids(self) -> frozenset[str]:
        """Of users and roles, whose accounts are unknown."""
        return self._named(Named.UNIQUE_ID)

    @lazy
    def services(self) -> frozenset[str]:
        return self._named(Named.SERVICE)

    def outside(self, own_account: str) -> tuple[str, ...]:
        """The values, as written, that name somebody of another account than the key's."""
        found = [name for name in self.names if name.what is not Named.SERVICE]
        return tuple([name.shown for name in found if (name.account or name.who) != own_account])

    @lazy
    def tells_principals_apart(self) -> bool:
        """Whether it names one principal of an account and not another."""
        return bool(self.arns or self.sessions or self.unique_ids)


ANYONE = Principals(False, (("*", ("*",)),))  # the plain `*`
NOBODY = Principals(False, ())

_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}\Z")
_ROOT = re.compile(r"arn:[^:]*:iam::([0-9]{12}):root\Z")
_OWNER = re.compile(r"arn:[^:]*:(?:iam::([0-9]{12}):(?:role|user)|sts::([0-9]{12}):(federated-user|assumed-role))\Z")


def _name(kind: str, value: str) -> Optional[Name]:
    """The principal that a value of this type names, if any. The plain `*` names none, see Principals.anyone."""
    if "*" in value or "?" in value:
        return None
    if kind == "Service":
        return Name(Named.SERVICE, value, "", _shown(kind, value))
    head, slash, name = value.partition("/")
    what, account = _of_head(head) if kind == "AWS" else (None, "")
    if what is Named.PRINCIPAL or what is Named.SESSION:
        parts = name.split("/")
        is_whole = len(parts) == 2 and all(parts) if what is Named.SESSION else name != ""
        return Name(what, value, account, value) if is_whole else None
    return None if slash or what is None else Name(what, account or value, account, value)


@cached_for_short(64)
def _of_head(head: str) -> tuple[Optional[Named], str]:
    """What a value under `AWS` names of which this stands before the first slash, and the account."""
    owner = _OWNER.match(head)
    if owner is not None:
        of_iam, of_sts, kind = owner.groups()
        return (Named.SESSION if kind == "assumed-role" else Named.PRINCIPAL), of_iam or of_sts
    root = _ROOT.match(head)
    if root is not None:
        return Named.ACCOUNT, root.group(1)
    if ACCOUNT_ID.match(head):
        return Named.ACCOUNT, head
    return (Named.UNIQUE_ID if _UNIQUE_ID.match(head) else None), ""


def accounts_and_services(accounts: frozenset[str], services: frozenset[str]) -> Principals:
    """The principal element that lists these accounts and services."""
    return Principals(False, (("AWS", sorted(accounts)), ("Service", sorted(services))))


@cached_for_short(256)
def one_principal(value: str, kind: str) -> Principals:
    """The principal element that lists a single value, of this type."""
    return Principals(False, ((kind, (value,)),))


def _shown(kind: str, value: str) -> str:
    return value if kind in ("AWS", "*") else f"{kind}:{value}"


def _is_of(value: str, partition: str) -> bool:
    return not value.startswith("arn:") or value.startswith(f"arn:{partition}:")


def account_of(arn: str) -> str:
    """The account in the fifth part of an ARN."""
    return arn.split(":", 5)[4]
