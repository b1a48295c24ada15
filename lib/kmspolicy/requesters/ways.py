"""The ways in which a request reaches KMS: from a public address, through a VPC endpoint, or passed on by a service.

Source: IAM User Guide, *AWS global condition context keys* (properties of the network), *Forward access sessions*;
KMS Developer Guide, *kms:ViaService*, *kms:GrantIsForAWSResource*; docs/threat-model.md, *What a request carries*.
"""

from dataclasses import replace
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, Optional

from ..domains.domain import ADDRESSES, Domain, Finite, Points, Text, fixed
from ..evaluation.request import Texts
from ..policy import cidr
from ..policy import context_keys as keys
from ..policy.context_keys import Bound, Forms, context_key, keys_bound_to
from ..regular.intervals import Intervals
from ..regular.patterns import ANYTHING, LABEL, Pattern, literal, some
from ..solver.derived import Derivation, Derived
from ..solver.groups import Case, Group, Key, Part
from ..solver.links import Chain
from .callers import Sources
from .languages import ACCOUNT, NETWORK_ID
from .organizations import in_organization
from .population import Population
from .principals import last_part

WAY_KEYS = keys_bound_to(Bound.NETWORK, Bound.WAY) - {keys.FOR_AWS_RESOURCE}  # of any request

_NATURAL = (*map(cidr.example_of, ("203.0.113.0/24", "192.0.2.0/24")), "2001:db8::7", "2600:1f18::7")
_NATURAL_PRIVATE = tuple(map(cidr.example_of, ("10.0.0.0/8", "172.16.0.0/12")))
_NATURAL_SERVICES = tuple(
    [f"{name}.{region}.amazonaws.com" for region in ("us-east-1", "us-west-2", "eu-west-1") for name in ("s3", "rds")]
)
_NATURAL_CALLERS = ("cloudformation.amazonaws.com", "athena.amazonaws.com")
_ENDING = "0a1b2c3d4e5f60718"


class Networks(NamedTuple):
    """The networks that a requester may be in.

    account: the requester's; accounts, vpcs, endpoints: that the policy names; places: the public addresses that it
    names; strict: whether the requester is in none of these; organizations: that the owner of an endpoint may be in.
    """

    partition: str
    account: str
    accounts: Texts = ()
    vpcs: Texts = ()
    endpoints: Texts = ()
    places: Intervals = Intervals()
    strict: bool = False
    organizations: Texts = ()
    with_vpc_arn: bool = False


def networks(population: Population, account: str, strict: bool, sources: Sources) -> Networks:
    """The networks of a requester, as far as the keys that matter can tell them apart."""
    names, read = population.names, sources.read
    if read.isdisjoint(keys.NETWORK_KEYS):
        return Networks(population.partition, account, strict=strict)
    organizations: Texts = ()
    if not read.isdisjoint((keys.VPCE_ORG, keys.VPCE_ORG_PATHS)):
        known = () if strict else (*names.organizations, *sources.owners())
        organizations = (*sources.organizations(), *known)
    return Networks(
        population.partition,
        account,
        () if read.isdisjoint((keys.SOURCE_VPC_ARN, keys.VPCE_ACCOUNT)) else names.accounts,
        names.vpcs,
        names.endpoints,
        names.places if strict else Intervals(),
        strict,
        organizations,
        keys.SOURCE_VPC_ARN in read,
    )


class Calls(Enum):
    """What is known of a request beforehand: whether a service makes it for a resource of the requester's."""

    ANY = ("false", "true")
    OWN = ("false",)
    FOR_RESOURCE = ("true",)

    def flag(self, action: str) -> Texts:
        """What FOR_AWS_RESOURCE can hold in a request for an action; nothing where it carries none."""
        return self.value if context_key(keys.FOR_AWS_RESOURCE).carried_by(action) else ()


@lru_cache(maxsize=256)
def way_group(where: Optional[Networks], action: str, calls: Calls = Calls.ANY) -> Group:
    """The ways of a requester's request for an action. where: None for a service that calls on its own behalf, whose
    requests name no network."""
    for_resource = calls.flag(action)
    own_call, passed_on = _own_call(for_resource), _passed_on(for_resource)
    if where is not None:
        instance = _instance(where)
        own_call = (*own_call, *instance)
        passed_on = (Key(keys.SOURCE_IP, _public_address(where, True)), *passed_on, *instance)
    if calls is Calls.FOR_RESOURCE:
        return Group(passed_on)
    if where is None:
        return Group(own_call, passed_on)
    public = Key(keys.SOURCE_IP, _public_address(where, False))
    return Group((public, *own_call), *_endpoint(where, own_call), passed_on)


def _own_call(for_resource: Texts) -> tuple[Part, ...]:
    """A call that no service passes on."""
    return (
        Key(keys.VIA_AWS_SERVICE, fixed("false")),
        *_flag(tuple([value for value in for_resource if value == "false"])),
    )


def _passed_on(for_resource: Texts) -> tuple[Part, ...]:
    """A call that a service makes for whoever called it."""
    return (
        Key(keys.VIA_AWS_SERVICE, fixed("true")),
        Key(keys.VIA_SERVICE, Text(context_key(keys.VIA_SERVICE).forms, (), _NATURAL_SERVICES)),
        Chain(
            keys.CALLED_VIA,
            keys.CALLED_VIA_FIRST,
            keys.CALLED_VIA_LAST,
            Text(context_key(keys.CALLED_VIA).forms, (), _NATURAL_CALLERS),
        ),
        *_flag(for_resource),
    )


def _flag(values: Texts) -> tuple[Part, ...]:
    """Whether a grant is for a resource of an AWS service, which then makes the call."""
    return (Key(keys.FOR_AWS_RESOURCE, Finite(values, optional=False)),) if values else ()


def _instance(where: Networks) -> tuple[Part, ...]:
    """Where the instance runs whose credentials are used; any VPC may use any private address."""
    return (
        Key(keys.INSTANCE_VPC, replace(_ids(where, "vpc-", where.vpcs), optional=True)),
        Key(keys.INSTANCE_ADDRESS, Points(ADDRESSES, cidr.IPV4, _NATURAL_PRIVATE)),
    )


def _public_address(where: Networks, optional: bool) -> Points:
    return Points(ADDRESSES, cidr.ALL_ADDRESSES & ~cidr.PRIVATE & ~where.places, _NATURAL, optional)


def _endpoint(where: Networks, own_call: Case) -> list[Case]:
    """A call through a VPC endpoint, whose owner is in no organization or in one of those that are possible."""
    unnamed = () if where.account in where.accounts else (where.account,)
    account: Domain = Finite(unnamed) if where.strict else Text((ACCOUNT,), preferred=(where.account,))
    common = (
        Key(keys.SOURCE_VPCE, _ids(where, "vpce-", where.endpoints)),
        Key(keys.VPCE_ACCOUNT, account),
        Key(keys.VPC_SOURCE_IP, Points(ADDRESSES, cidr.ALL_ADDRESSES, _NATURAL_PRIVATE)),
        *own_call,
    )
    vpcs: list[Part] = [Key(keys.SOURCE_VPC, _ids(where, "vpc-", where.vpcs))]
    if where.with_vpc_arn:
        vpcs.append(_vpc_arn(where))
    owners = [in_organization(name, keys.VPCE_ORG, keys.VPCE_ORG_PATHS) for name in ("", *where.organizations)]
    return [(vpc, *common, *owner) for vpc in vpcs for owner in owners]


def _texts(where: Networks, form: Pattern, named: Forms, taken: Forms) -> Text:
    """Texts of a form, and those that the policy names; of a requester in none of its networks only those that are not
    taken."""
    return Text((form,), taken) if where.strict else Text((form, *named))


def _ids(where: Networks, prefix: str, named: Texts) -> Text:
    listed = tuple(map(literal, named))
    found = _texts(where, literal(prefix) + NETWORK_ID, listed, listed)
    return replace(found, preferred=(prefix + _ENDING,), optional=False)


def _vpc_arn(where: Networks) -> Part:
    """The VPC's ARN, which holds its id."""
    in_region = literal(f"arn:{where.partition}:ec2:") + some(LABEL)
    start = in_region + literal(":") + ACCOUNT + literal(":vpc/")
    named = tuple([start + literal(vpc) for vpc in where.vpcs])
    owned = [in_region + literal(f":{other}:") + ANYTHING for other in where.accounts]
    found = _texts(where, start + literal("vpc-") + NETWORK_ID, named, (*named, *owned))
    arn = f"arn:{where.partition}:ec2:us-east-1:{where.account}:vpc/vpc-{_ENDING}"
    vpc = Derivation(_ids(where, "vpc-", where.vpcs), ((start, ()),), LABEL, last_part)
    return Derived(keys.SOURCE_VPC_ARN, replace(found, preferred=(arn,), optional=False), {keys.SOURCE_VPC: vpc})


@lru_cache(maxsize=1)
def mcp_group() -> Group:
    """Whether the request came through an MCP server of AWS, and through which."""
    server = Text(context_key(keys.CALLED_VIA_MCP).forms, (), ("aws-mcp.amazonaws.com",), False)
    return Group(
        (),
        (Key(keys.VIA_MCP, fixed("false")),),
        (Key(keys.VIA_MCP, fixed("true")), Key(keys.CALLED_VIA_MCP, server)),
    )
