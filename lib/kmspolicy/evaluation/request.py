"""A request as it reaches AWS KMS: who asks for which action on which key, with which context.

Source: IAM User Guide, *The request context*; KMS Developer Guide, *Key identifiers (KeyId)* and *Grants in AWS KMS*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Optional, Union

Texts = tuple[str, ...]
Value = Union[str, Texts, None]  # of a context key: one text, several, or absent
Context = Mapping[str, Value]  # by key in lower case


class KeyFacts(NamedTuple):
    """What is known of the key from outside the policy; None is unknown.

    account: 12 digits; region: as in us-west-2; key_id: the id in the key's ARN; partition: aws, aws-cn …;
    event_time: Unix seconds, from which on the policy is in force; usage, spec, origin: as KMS writes them, as in
    ENCRYPT_DECRYPT, SYMMETRIC_DEFAULT, AWS_KMS; multi_region: whether it is a multi-Region key.
    """

    account: Optional[str] = None
    region: Optional[str] = None
    key_id: Optional[str] = None
    partition: Optional[str] = None
    event_time: Optional[float] = None
    usage: Optional[str] = None
    spec: Optional[str] = None
    origin: Optional[str] = None
    multi_region: Optional[bool] = None

    @property
    def kind_is_told(self) -> bool:
        """Whether the usage or the spec is known."""
        return self.usage is not None or self.spec is not None


UNKNOWN_KEY = KeyFacts()


class Caller(NamedTuple):
    """Who makes a request, as far as principal elements can name it.

    account: its own; None for a service. arn: a role, user or federated user; session: an assumed-role session's ARN;
    unique_id: AIDA… or AROA…; service: a service principal.
    """

    account: Optional[str] = None
    arn: Optional[str] = None
    session: Optional[str] = None
    unique_id: Optional[str] = None
    service: Optional[str] = None


@dataclass(frozen=True)
class Request:
    """One request for one action on the key.

    context: present keys only, the key's ARN among them under KEY_ARN; then: for a CreateGrant, the request that the
    grant is for, which the policy must not deny.
    """

    action: str
    caller: Caller
    context: Context
    then: Optional["Request"] = None
