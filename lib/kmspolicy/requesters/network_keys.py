"""Where a request comes from: a public address, an endpoint of a network, or an AWS service that carries it on.

Source: IAM User Guide, *AWS global condition context keys*, properties of the network; the threat model of this app.
"""

from collections.abc import Iterator

from ..domains import addresses
from ..domains.domain import Domain, Facts, Limits, Spend, absent_all, fact, fixed
from ..policy import cidr
from ..policy.identifiers import ACCOUNT, ORGANIZATION
from ..regular.languages import ANYTHING, DIGIT, HEX, LABEL, Element, Pattern, any_of, literal, some
from .population import World

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
WAY_KEYS = frozenset((*NETWORK_KEYS, "aws:viaawsservice"))
_NOWHERE = absent_all(NETWORK_KEYS)


@fact
def _either() -> Domain:
    return Domain(values=("false", "true"), optional=False)


_VIA_SERVICE_OR_NOT: Facts = {"aws:viaawsservice": _either()}
_HEX_ID: Pattern = tuple(Element(HEX) for _ in range(8)) + any_of(HEX)
_BYTE = some(DIGIT)
_ADDRESS = (
    _BYTE + literal(".") + _BYTE + literal(".") + _BYTE + literal(".") + _BYTE,
    any_of(HEX) + literal(":") + ANYTHING,
)
# Addresses that read like a stranger's, tried before the corners of the blocks.
_NATURAL = (*cidr.samples("203.0.113.0/24", "192.0.2.0/24"), "2001:db8::7", "2600:1f18::7")
_NATURAL_PRIVATE = cidr.samples("10.0.0.0/8", "172.16.0.0/12")


def networks(world: World, account: str, strict: bool, read: frozenset[str]) -> Iterator[Facts]:
    """The ways in which a request can reach KMS, each as the network keys that it carries.

    strict: only networks that the policy does not name; read: the context keys that matter.
    """
    if not read & WAY_KEYS:
        yield {}
        return
    places = world.names.places if strict else ()
    yield {**_NOWHERE, **_VIA_SERVICE_OR_NOT, "aws:sourceip": _public_address(places)}
    yield {**_NOWHERE, **_VIA_SERVICE_OR_NOT, **_endpoint(world, account, strict)}
    yield {**_NOWHERE, "aws:viaawsservice": fixed("true")}


@fact
def _public_address(taken: tuple[cidr.Block, ...]) -> Domain:
    return _addresses(cidr.Ranges([*cidr.PRIVATE, *taken]), _NATURAL, optional=False)


@fact
def _private_address(taken: tuple[cidr.Block, ...]) -> Domain:
    return _addresses(cidr.Ranges(taken), _NATURAL_PRIVATE, optional=True)


def _addresses(taken: cidr.Ranges, natural: tuple[str, ...], optional: bool) -> Domain:
    def valid(text: str) -> bool:
        host = cidr.address(text)
        return host is not None and not taken.hold(*host)

    def within(spend: Spend) -> Limits:
        required, forbidden = addresses.spelling()
        return required, [*forbidden, *addresses.rows(taken.blocks(), spend)]

    return Domain(
        _ADDRESS, seeds=natural, optional=optional, valid=valid, within=within, address_in=taken.first_outside
    )


@fact
def _ids(prefix: str, named: tuple[str, ...], strict: bool) -> Domain:
    rows = tuple(map(literal, named))
    languages = (literal(prefix) + _HEX_ID, *(() if strict else rows))
    return Domain(languages, rows if strict else (), seeds=(prefix + "0a1b2c3d4e5f60718",), optional=False)


@fact
def _vpc_arns(account: str, partitions: tuple[str, ...], strict: bool) -> Domain:
    owner = literal(account) if strict else ACCOUNT
    return Domain(
        tuple(
            literal(f"arn:{partition}:ec2:") + some(LABEL) + literal(":") + owner + literal(":vpc/vpc-") + some(LABEL)
            for partition in partitions
        ),
        seeds=(f"arn:{partitions[0]}:ec2:us-east-1:{account}:vpc/vpc-0a1b2c3d",),
    )


@fact
def _owner_account(account: str, strict: bool) -> Domain:
    return Domain(values=(account,)) if strict else Domain((ACCOUNT,), seeds=(account,))


@fact
def _owner_organization(named: tuple[str, ...], paths: bool, strict: bool) -> Domain:
    rest = literal("/") + ANYTHING if paths else ()
    owned = tuple(literal(name) + rest for name in named)
    return Domain((ORGANIZATION + rest,), owned) if strict else Domain((ORGANIZATION + rest, *owned))


def _endpoint(world: World, account: str, strict: bool) -> Facts:
    names = world.names
    organizations = (*names.organizations, world.own_organization)
    return {
        "aws:sourcevpc": _ids("vpc-", names.vpcs, strict),
        "aws:sourcevpce": _ids("vpce-", names.endpoints, strict),
        "aws:sourcevpcarn": _vpc_arns(account, world.partitions, strict),
        "aws:vpceaccount": _owner_account(account, strict),
        "aws:vpceorgid": _owner_organization(organizations, False, strict),
        "aws:vpceorgpaths": _owner_organization(organizations, True, strict),
        "aws:vpcsourceip": _private_address(names.places if strict else ()),
    }
