"""Where a request comes from: a public address, an endpoint of a network, or an AWS service that carries it on.

Source: IAM User Guide, *AWS global condition context keys*, properties of the network; the threat model of this app.
"""
from typing import Dict, FrozenSet, Iterator, List, Tuple

from . import addresses
from .automata import ANYTHING, DIGIT, HEX, LABEL, LOWER_ALNUM, Element, Pattern, any_of, literal, some
from .domains import ABSENT, Domain, fixed
from .names import Names

NETWORK_KEYS = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid",
                "aws:vpceorgpaths", "aws:vpcsourceip")
_READ = frozenset((*NETWORK_KEYS, "aws:viaawsservice"))
_NOWHERE = dict.fromkeys(NETWORK_KEYS, ABSENT)
_HEX_ID: Pattern = tuple(Element(HEX) for _ in range(8)) + any_of(HEX)
_ACCOUNT: Pattern = tuple(Element(DIGIT) for _ in range(12))
_ORGANIZATION: Pattern = literal("o-") + tuple(Element(LOWER_ALNUM) for _ in range(10)) + any_of(LOWER_ALNUM)
_BYTE = some(DIGIT)
_ADDRESS = (_BYTE + literal(".") + _BYTE + literal(".") + _BYTE + literal(".") + _BYTE, some(HEX) + literal(":") + ANYTHING)
# Addresses that read like a stranger's, tried before the corners of the blocks.
_NATURAL = {4: (0xCB007107, 0xC0000207, 0x08080808), 6: ((0x20010DB8 << 96) + 7,)}


def networks(names: Names, account: str, partitions: Tuple[str, ...], strict: bool,
             read: FrozenSet[str]) -> Iterator[Dict[str, Domain]]:
    """The ways in which a request can reach KMS, each as the network keys that it carries.

    strict: only networks that the policy does not name; read: the context keys that matter.
    """
    if not read & _READ:
        yield {}
        return
    yield {**_NOWHERE, "aws:sourceip": _source_addresses(names, strict)}
    yield {**_NOWHERE, **_endpoint(names, account, partitions, strict)}
    yield {**_NOWHERE, "aws:viaawsservice": fixed("true")}


def _source_addresses(names: Names, strict: bool) -> Domain:
    def valid(text: str) -> bool:
        host = addresses.address(text)
        return host is not None and not addresses.is_private(*host) and not (strict and names.places.hold(*host))
    seeds = tuple(addresses.address_text(*host) for host in _candidates(names, addresses.PRIVATE))
    return Domain(languages=_ADDRESS, seeds=seeds, optional=False, valid=valid)


def _candidates(names: Names, more: Tuple[addresses.Block, ...]) -> List[Tuple[int, int]]:
    natural = [(family, value) for family, values in _NATURAL.items() for value in values]
    return natural + addresses.cells((*names.blocks, *more))


def _endpoint(names: Names, account: str, partitions: Tuple[str, ...], strict: bool) -> Dict[str, Domain]:
    def ids(prefix: str, named: Tuple[str, ...]) -> Domain:
        languages = (literal(prefix) + _HEX_ID,) if strict else (literal(prefix) + _HEX_ID, *map(literal, named))
        return Domain(languages, tuple(map(literal, named)) if strict else (), seeds=(prefix + "0a1b2c3d4e5f60718",),
                      optional=False)

    def private(text: str) -> bool:
        host = addresses.address(text)
        return host is not None and not (strict and names.places.hold(*host))

    owner = literal(account) if strict else _ACCOUNT
    vpc_arns = tuple(literal(f"arn:{partition}:ec2:") + some(LABEL) + literal(":") + owner + literal(":vpc/vpc-") + some(LABEL)
                     for partition in partitions)
    organizations = tuple(map(literal, names.organizations))
    paths = tuple(row + literal("/") + ANYTHING for row in organizations)
    return {
        "aws:sourcevpc": ids("vpc-", names.vpcs), "aws:sourcevpce": ids("vpce-", names.endpoints),
        "aws:sourcevpcarn": Domain(vpc_arns, seeds=(f"arn:{partitions[0]}:ec2:us-east-1:{account}:vpc/vpc-0a1b2c3d",)),
        "aws:vpceaccount": Domain((_ACCOUNT,), tuple(map(literal, names.accounts)) if strict else (), seeds=(account,)),
        "aws:vpceorgid": Domain((_ORGANIZATION,), organizations) if strict else Domain((_ORGANIZATION, *organizations)),
        "aws:vpceorgpaths": Domain((_ORGANIZATION + literal("/") + ANYTHING,), paths) if strict else Domain(
            (_ORGANIZATION + literal("/") + ANYTHING, *paths)),
        "aws:vpcsourceip": Domain(
            _ADDRESS, seeds=tuple(addresses.address_text(*host) for host in _candidates(names, ())), valid=private),
    }
