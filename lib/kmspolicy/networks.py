"""Where a request comes from: a public address, an endpoint of a network, or an AWS service that carries it on.

Source: IAM User Guide, *AWS global condition context keys*, properties of the network; the threat model of this app.
"""

from collections.abc import Iterator

from . import addresses
from .automata import ANYTHING, DIGIT, HEX, LABEL, Element, Pattern, any_of, literal, some
from .domains import Domain, Facts, absent_all, fixed
from .ids import ACCOUNT, ORGANIZATION
from .names import Names
from .world import World

NETWORK_KEYS = (
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
)
_READ = frozenset((*NETWORK_KEYS, "aws:viaawsservice"))
_NOWHERE = absent_all(NETWORK_KEYS)
_VIA_SERVICE_OR_NOT: Facts = {"aws:viaawsservice": lambda: Domain(values=("false", "true"), optional=False)}
_HEX_ID: Pattern = tuple(Element(HEX) for _ in range(8)) + any_of(HEX)
_BYTE = some(DIGIT)
_ADDRESS = (
    _BYTE + literal(".") + _BYTE + literal(".") + _BYTE + literal(".") + _BYTE,
    any_of(HEX) + literal(":") + ANYTHING,
)
# Addresses that read like a stranger's, tried before the corners of the blocks.
_NATURAL = (*addresses.samples("203.0.113.0/24", "192.0.2.0/24"), "2001:db8::7", "2600:1f18::7")
_NATURAL_PRIVATE = addresses.samples("10.0.0.0/8", "172.16.0.0/12")


def networks(world: World, account: str, strict: bool, read: frozenset[str]) -> Iterator[Facts]:
    """The ways in which a request can reach KMS, each as the network keys that it carries.

    strict: only networks that the policy does not name; read: the context keys that matter.
    """
    if not read & _READ:
        yield {}
        return
    yield {**_NOWHERE, **_VIA_SERVICE_OR_NOT, "aws:sourceip": lambda: _source_addresses(world.names, strict)}
    yield {**_NOWHERE, **_VIA_SERVICE_OR_NOT, **_endpoint(world, account, strict)}
    yield {**_NOWHERE, "aws:viaawsservice": fixed("true")}


def _source_addresses(names: Names, strict: bool) -> Domain:
    """Public addresses; outside every place that the policy names, where strict."""
    taken = addresses.Ranges([*addresses.PRIVATE, *(names.places.blocks() if strict else ())])
    return _addresses(taken, _NATURAL, optional=False)


def _addresses(taken: addresses.Ranges, natural: tuple[str, ...], optional: bool) -> Domain:
    def valid(text: str) -> bool:
        host = addresses.address(text)
        return host is not None and not taken.hold(*host)

    return Domain(_ADDRESS, seeds=natural, optional=optional, valid=valid, address_in=taken.first_outside)


def _endpoint(world: World, account: str, strict: bool) -> Facts:
    names, partitions, own_organization = world.names, world.partitions, world.own_organization

    def ids(prefix: str, named: tuple[str, ...]) -> Domain:
        languages = (literal(prefix) + _HEX_ID,) if strict else (literal(prefix) + _HEX_ID, *map(literal, named))
        return Domain(
            languages,
            tuple(map(literal, named)) if strict else (),
            seeds=(prefix + "0a1b2c3d4e5f60718",),
            optional=False,
        )

    def vpc_arns() -> Domain:
        owner = literal(account) if strict else ACCOUNT
        return Domain(
            tuple(
                literal(f"arn:{partition}:ec2:")
                + some(LABEL)
                + literal(":")
                + owner
                + literal(":vpc/vpc-")
                + some(LABEL)
                for partition in partitions
            ),
            seeds=(f"arn:{partitions[0]}:ec2:us-east-1:{account}:vpc/vpc-0a1b2c3d",),
        )

    def owners() -> Domain:
        return Domain(values=(account,)) if strict else Domain((ACCOUNT,), seeds=(account,))

    def organizations(rest: Pattern) -> Domain:
        owned = tuple(literal(name) + rest for name in (*names.organizations, own_organization))
        return Domain((ORGANIZATION + rest,), owned) if strict else Domain((ORGANIZATION + rest, *owned))

    def private_addresses() -> Domain:
        return _addresses(names.places if strict else addresses.Ranges(()), _NATURAL_PRIVATE, optional=True)

    return {
        "aws:sourcevpc": lambda: ids("vpc-", names.vpcs),
        "aws:sourcevpce": lambda: ids("vpce-", names.endpoints),
        "aws:sourcevpcarn": vpc_arns,
        "aws:vpceaccount": owners,
        "aws:vpceorgid": lambda: organizations(()),
        "aws:vpceorgpaths": lambda: organizations(literal("/") + ANYTHING),
        "aws:vpcsourceip": private_addresses,
    }
