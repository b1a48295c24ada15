"""What a KMS key can do: its usage, spec and origin, the operations that it performs, and their algorithms.

Source: KMS Developer Guide, *Key type reference* and *Custom key stores*; KMS API Reference, *CreateKey*, *Encrypt*.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Optional

from ..domains.domain import Domain, Finite, Text, excluding
from ..policy import actions as kms
from ..policy.actions import Mask, mask_of
from ..policy.context_keys import KEY_SPEC, context_key

_ENCRYPTION = "ENCRYPT_DECRYPT"
_SYMMETRIC = ("SYMMETRIC_DEFAULT",)
_RSA = ("RSA_2048", "RSA_3072", "RSA_4096")
_SM2 = ("SM2",)
_ECC = ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521")
_ECC_TO_SIGN = ("ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519")
_ML_DSA = ("ML_DSA_44", "ML_DSA_65", "ML_DSA_87")
_ML_KEM = ("ML_KEM_512", "ML_KEM_768", "ML_KEM_1024")
_HMAC = ("HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512")
_SPECS = (*_SYMMETRIC, *_RSA, *_SM2, *_ECC, *_ECC_TO_SIGN, *_ML_DSA, *_ML_KEM, *_HMAC)
_CUSTOM_STORES = ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")

_WITH_DATA_KEYS = frozenset((*kms.TO_ENCRYPT, *kms.TO_DECRYPT))
_CIPHERS = _WITH_DATA_KEYS.difference(kms.DATA_KEYS)
_ENCAPSULATING = frozenset((kms.ENCAPSULATE, kms.DECAPSULATE))
_SIGNING = frozenset(kms.SIGNATURES)
_MACS = frozenset(kms.MACS)
_AGREEING = frozenset(kms.KEY_AGREEMENT)
_PUBLIC = frozenset(kms.PUBLIC_KEY)
_LIMITED = frozenset(kms.CRYPTOGRAPHIC)  # what a key performs only if it is of the right kind
_CODE = Text(context_key(KEY_SPEC).forms, optional=False)

_OPERATIONS_OF = {
    _ENCRYPTION: _WITH_DATA_KEYS | _PUBLIC,
    "ENCAPSULATE_DECAPSULATE": _ENCAPSULATING | _PUBLIC,
    "SIGN_VERIFY": _SIGNING | _PUBLIC,
    "GENERATE_VERIFY_MAC": _MACS,
    "KEY_AGREEMENT": _AGREEING | _PUBLIC,
}


_OUTSIDE_STORES = excluding(Text(_CODE.languages, preferred=("AWS_KMS",), optional=False), _CUSTOM_STORES)


class KeyKind(NamedTuple):
    """One kind of key.

    operations: the cryptographic ones that it performs; algorithms: of encryption; context: whether a request can carry
    an encryption context.
    """

    spec: Domain
    operations: frozenset[str]
    algorithms: Domain = _CODE
    context: bool = False
    usage: Domain = _CODE
    origin: Domain = _OUTSIDE_STORES

    def performs(self, action: str) -> bool:
        """Whether a request for the action can succeed on such a key. action: a checked one."""
        if action in kms.GRANTS_FOR:
            return not self.operations.isdisjoint(kms.GRANTS_FOR[action])
        return action in self.operations or action not in _LIMITED


def _one_of(values: tuple[str, ...]) -> Finite:
    return Finite(values, optional=False)


_RSA_ALGORITHMS = ("RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1")
_SM2_ALGORITHMS = ("SM2PKE",)
_ASYMMETRIC_ALGORITHMS = (*_RSA_ALGORITHMS, *_SM2_ALGORITHMS)
_SYMMETRIC_KEYS = KeyKind(_one_of(_SYMMETRIC), _WITH_DATA_KEYS, _one_of(_SYMMETRIC), True)
# By spec: what keys of it can be used for, one way or another.
_OF_ANY_USAGE = (
    _SYMMETRIC_KEYS,
    KeyKind(_one_of(_RSA), _CIPHERS | _SIGNING | _PUBLIC, _one_of(_RSA_ALGORITHMS)),
    KeyKind(_one_of(_SM2), _CIPHERS | _SIGNING | _AGREEING | _PUBLIC, _one_of(_SM2_ALGORITHMS)),
    KeyKind(_one_of(_ECC), _SIGNING | _AGREEING | _PUBLIC),
    KeyKind(_one_of((*_ECC_TO_SIGN, *_ML_DSA)), _SIGNING | _PUBLIC),
    KeyKind(_one_of(_ML_KEM), _ENCAPSULATING | _PUBLIC),
    KeyKind(_one_of(_HMAC), _MACS),
    # A spec that is not known may be for anything; but with an algorithm of asymmetric keys it makes no data keys and
    # takes no context.
    KeyKind(excluding(_CODE, _SPECS), _LIMITED, excluding(_CODE, _ASYMMETRIC_ALGORITHMS), True),
    KeyKind(excluding(_CODE, _SPECS), _LIMITED.difference(kms.DATA_KEYS), _one_of(_ASYMMETRIC_ALGORITHMS)),
)


def _kinds() -> Iterator[KeyKind]:
    """Every usage with the specs that serve it; a usage that is not known may be for anything."""
    usages: list[tuple[Domain, frozenset[str]]] = [(_one_of((name,)), those) for name, those in _OPERATIONS_OF.items()]
    for usage, possible in (*usages, (excluding(_CODE, _OPERATIONS_OF), _LIMITED)):
        for kind in _OF_ANY_USAGE:
            operations = possible & kind.operations
            if operations - _PUBLIC:
                yield kind._replace(usage=usage, operations=operations)
    operations = _WITH_DATA_KEYS.difference(kms.KEY_PAIRS)  # which custom key stores do not make
    usage, stores = _one_of((_ENCRYPTION,)), _one_of(_CUSTOM_STORES)
    yield _SYMMETRIC_KEYS._replace(usage=usage, origin=stores, operations=operations)


KINDS = tuple(_kinds())

# What tells actions apart where the kind of the key matters: which kinds perform them, and whether requests tell it.
TELL_APART = frozenset(
    [mask_of(tuple([name for name in (*_LIMITED, *kms.GRANTS_FOR) if kind.performs(name)])) for kind in KINDS]
    + [mask_of((kms.RETIRE_GRANT,))]
)


@lru_cache(maxsize=256)
def kinds_of(usage: Optional[str], spec: Optional[str], origin: Optional[str]) -> tuple[KeyKind, ...]:
    """The kinds that a key can be of which this is known; None is unknown."""
    found = []
    for kind in KINDS:
        told = ((usage, kind.usage), (spec, kind.spec), (origin, kind.origin))
        if all(value is None or domain.holds(value) for value, domain in told):
            known = [domain if value is None else _one_of((value,)) for value, domain in told]
            found.append(kind._replace(usage=known[0], spec=known[1], origin=known[2]))
    return tuple(found)


@lru_cache(maxsize=256)
def performed(usage: Optional[str], spec: Optional[str], origin: Optional[str]) -> Mask:
    """The actions that can succeed on a key of which this is known; None is unknown."""
    if usage is None and spec is None and origin is None:
        return kms.EVERY_ACTION
    kinds = kinds_of(usage, spec, origin)
    limited = (*_LIMITED, *kms.GRANTS_FOR)
    cannot = [action for action in limited if not any(kind.performs(action) for kind in kinds)]
    return kms.EVERY_ACTION & ~mask_of(tuple(cannot))
