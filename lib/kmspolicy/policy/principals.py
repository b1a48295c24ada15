"""The principal element of a statement: whom it names, and whether it covers a caller.

Source: IAM User Guide, *AWS JSON policy elements: Principal* and *NotPrincipal*.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Optional

from ..caching import cached_for_short, lazy
from .identifiers import ACCOUNT_ID


class Named(Enum):
    """What a value under the principal type `AWS` stands for."""

    ACCOUNT = "account"
    PRINCIPAL = "principal"
    SESSION = "session"
    UNIQUE_ID = "unique id"
    NOBODY = "nobody"

    __hash__ = object.__hash__  # each is one object; Enum's own is written in Python


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
        texts = self._of("AWS")
        if all(_is_of(text, partition) for text in texts):
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
    def naming(self) -> tuple[str, ...]:
        """Those of `written` that match a principal, of an element that lists principals and not `*`."""
        listed = [(kind, text) for kind, _ in self.listed for text in self._of(kind)]
        return tuple([_shown(kind, text) for kind, text in listed if self._names(kind, text)])

    def _names(self, kind: str, text: str) -> bool:
        return text in self.services if kind == "Service" else kind == "AWS" and classify(text)[0] is not Named.NOBODY

    @lazy
    def _named(self) -> dict[Named, dict[str, str]]:
        """The values under `AWS`: by what they stand for, the ids or ARNs with the account of each ('' if unknown)."""
        found: dict[Named, dict[str, str]] = {what: {} for what in Named}
        for what, who, account in map(classify, self._of("AWS")):
            found[what][who] = account
        return found

    def _of(self, wanted: str) -> Sequence[str]:
        """The values of a type that can name somebody."""
        for kind, texts in self.listed:
            if kind == wanted:
                partition = self.partition
                return texts if partition is None else [text for text in texts if _is_of(text, partition)]
        return ()

    @lazy
    def accounts(self) -> frozenset[str]:
        return frozenset(self._named[Named.ACCOUNT])

    @lazy
    def arns(self) -> frozenset[str]:
        """Of roles, users and federated users."""
        return frozenset(self._named[Named.PRINCIPAL])

    @lazy
    def sessions(self) -> frozenset[str]:
        """ARNs of assumed-role sessions."""
        return frozenset(self._named[Named.SESSION])

    @lazy
    def owners(self) -> frozenset[str]:
        """The accounts of all whom it names, as far as they are known."""
        return frozenset([account for those in self._named.values() for account in those.values() if account])

    @lazy
    def unique_ids(self) -> frozenset[str]:
        """Of users and roles, whose accounts are unknown."""
        return frozenset(self._named[Named.UNIQUE_ID])

    @lazy
    def services(self) -> frozenset[str]:
        return frozenset([text for text in self._of("Service") if "*" not in text and "?" not in text])

    def outside(self, own_account: str) -> tuple[str, ...]:
        """The values, as written, that name somebody of another account than the key's."""
        found = [(text, *classify(text)) for text in self._of("AWS")]
        return tuple(
            [text for text, what, _, account in found if what is not Named.NOBODY and (account or text) != own_account]
        )

    @lazy
    def tells_principals_apart(self) -> bool:
        """Whether it names one principal of an account and not another."""
        return bool(self.arns or self.sessions or self.unique_ids)


ANYONE = Principals(False, (("*", ("*",)),))  # the plain `*`
NOBODY = Principals(False, ())

_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}\Z")
_ROOT = re.compile(r"arn:[^:]*:iam::([0-9]{12}):root\Z")
_OWNER = re.compile(r"arn:[^:]*:(?:iam::([0-9]{12}):(?:role|user)|sts::([0-9]{12}):(federated-user|assumed-role))\Z")


def classify(value: str) -> tuple[Named, str, str]:
    """What a value under the principal type `AWS` names: its kind, the id or ARN, and the account ('' if unknown)."""
    if "*" in value or "?" in value:
        return Named.NOBODY, value, ""  # but for the plain `*`, see Principals.anyone
    head, slash, name = value.partition("/")
    what, account = _of_head(head)
    has_path = what is Named.PRINCIPAL or what is Named.SESSION
    if bool(slash) != has_path:
        return Named.NOBODY, value, ""
    if not has_path:
        return what, account or value, account
    whole = name.count("/") == 1 and name[0] != "/" and name[-1] != "/" if what is Named.SESSION else name != ""
    return (what, value, account) if whole else (Named.NOBODY, value, "")


@cached_for_short(64)
def _of_head(head: str) -> tuple[Named, str]:
    """What a value names of which this stands before the first slash, and the account."""
    owner = _OWNER.match(head)
    if owner is not None:
        of_iam, of_sts, kind = owner.groups()
        return (Named.SESSION if kind == "assumed-role" else Named.PRINCIPAL), of_iam or of_sts
    root = _ROOT.match(head)
    if root is not None:
        return Named.ACCOUNT, root.group(1)
    if ACCOUNT_ID.match(head):
        return Named.ACCOUNT, head
    return (Named.UNIQUE_ID if _UNIQUE_ID.match(head) else Named.NOBODY), ""


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
