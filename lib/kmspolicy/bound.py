"""Context keys that a requester cannot choose: they follow from its account, its organization, or its being a service.

Source: the threat model of this app (README, *Who may use the key*);
IAM User Guide, *AWS global condition context keys*.
"""

from collections.abc import Iterator

from .audience import Audience
from .automata import ANYTHING, LABEL, CharClass, Element, Pattern, any_of, literal, some
from .domains import Domain, Facts, absent_all, fixed
from .ids import ACCOUNT, MEMBER_KEYS, ORGANIZATION
from .networks import NETWORK_KEYS
from .principals import Principals
from .world import Ids, World

OWN_ARN_KEYS = (
    "ec2:sourceinstancearn",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
    "codebuild:buildarn",
    "codebuild:projectarn",
    "aws:chatbotsourcearn",
    "aws:signinsessionarn",
)
_NO_SERVICE = absent_all(
    (
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
    )
)
_NO_COLON_TEXT = any_of(CharClass(frozenset(":"), True))


def _own_arn(account: str) -> Pattern:
    return (
        literal("arn:")
        + _NO_COLON_TEXT
        + literal(":")
        + _NO_COLON_TEXT
        + literal(":")
        + _NO_COLON_TEXT
        + literal(f":{account}:")
        + ANYTHING
    )


def _but(text: str) -> tuple[Pattern, ...]:
    """Every text that does not start with this one."""
    found = [literal(text[:length]) for length in range(len(text))]
    return (*found, *((*row, Element(CharClass(frozenset(char), True)), *ANYTHING) for row, char in zip(found, text)))


def account_facts(account: str, world: World, strict: bool, in_network: bool) -> Facts:
    """Keys that follow from the caller's account; ids that the policy names are not an outsider's."""

    def own() -> Domain:
        return Domain((_own_arn(account),), seeds=(f"arn:aws:ec2:us-east-1:{account}:instance/i-1",))

    def provider() -> Domain:
        return Domain((*_but("arn:"), _own_arn(account)), seeds=("accounts.google.com",))

    def instance_vpc() -> Domain:
        named = tuple(map(literal, world.names.vpcs)) if strict else ()
        return Domain((literal("vpc-") + some(LABEL),), named, seeds=("vpc-0a1b2c3d4e5f60718",))

    def store_user() -> Domain:
        return Domain(excluded=tuple(map(literal, world.names.store_users)) if strict or in_network else ())

    return {
        "aws:principalaccount": fixed(account),
        "kms:calleraccount": fixed(account),
        "aws:principalisawsservice": fixed("false"),
        **_NO_SERVICE,
        **dict.fromkeys(OWN_ARN_KEYS, own),
        "aws:federatedprovider": provider,
        "aws:ec2instancesourcevpc": instance_vpc,
        "identitystore:userid": store_user,
        **_key_facts(world, account),
    }


def _key_facts(world: World, caller: str) -> Facts:
    """Facts about the key; an account that is not known is any but that of a caller whom the policy does not name."""

    def unknown_account() -> Domain:
        other = () if caller in world.names.accounts else (literal(caller),)
        return Domain((ACCOUNT,), other, seeds=(world.own_account, *world.names.accounts), optional=False)

    known = world.key.account is not None or caller == world.own_account
    facts: Facts = {
        "aws:resourceaccount": fixed(world.own_account) if known else unknown_account,
    }
    if world.key.region:
        facts["aws:requestedregion"] = fixed(world.key.region)
    return facts


_OWNER_KEYS = ("aws:resourceorgid", "aws:resourceorgpaths")
_ORGANIZATION_KEYS = MEMBER_KEYS.union(_OWNER_KEYS)
_NO_MEMBER = absent_all(MEMBER_KEYS)
NO_ORGANIZATION = {**_NO_MEMBER, **absent_all(_OWNER_KEYS)}


def organizations_of(
    audience: Audience, world: World, read: frozenset[str], foreign: Ids, named: Ids
) -> Iterator[Facts]:
    """The organizations that requesters of the row can be in, and what is then known of the key owner's."""
    if not read & _ORGANIZATION_KEYS:
        if audience is not Audience.organization:
            yield NO_ORGANIZATION
        return
    owner = audience is Audience.internal
    if audience is not Audience.organization:
        yield NO_ORGANIZATION if owner else {**_NO_MEMBER, **key_owner(world, read)}
        for name in foreign():
            yield _member(name, {} if owner else key_owner(world, read, name))
    if audience not in (Audience.everyone, Audience.network):
        for name in named():
            if not owner:
                yield _member(name, key_owner(world, read, name))
            if owner or not read.isdisjoint(_OWNER_KEYS):
                yield _member(name, {})
        yield _member(world.own_organization, {})


def key_owner(world: World, read: frozenset[str], stranger: str = "") -> Facts:
    """The organization of the key's owner: any but that of a requester who does not belong to it, or none."""
    beside_endpoints = not read.isdisjoint(("aws:vpceorgid", "aws:vpceorgpaths"))

    def owners(rest: Pattern) -> Domain:
        named = tuple(literal(name) + rest for name in world.names.organizations)
        seeds = () if rest else (world.own_organization,)
        if beside_endpoints:  # whose owner may be any unnamed organization, but not the key's
            return Domain((literal(world.own_organization) + rest, *named), seeds=seeds)
        return Domain((ORGANIZATION + rest, *named), (literal(stranger) + rest,) if stranger else (), seeds=seeds)

    return {
        "aws:resourceorgid": lambda: owners(()),
        "aws:resourceorgpaths": lambda: owners(literal("/") + ANYTHING),
    }


def _member(name: str, owner: Facts) -> Facts:
    """A member of an organization, which is the key owner's too where nothing is said; roots and units are free."""

    def paths() -> Domain:
        return Domain((literal(name + "/") + ANYTHING,), seeds=(f"{name}/r-ab12/ou-ab12-11111111/",), optional=False)

    facts: Facts = {"aws:principalorgid": fixed(name), "aws:principalorgpaths": paths}
    return {**facts, **(owner or {"aws:resourceorgid": fixed(name), "aws:resourceorgpaths": paths})}


_SERVICE_NAME = CharClass(LABEL.chars | {"."})
ABSENT_FOR_SERVICES = frozenset(
    (
        "aws:principalaccount",
        "kms:calleraccount",
        "aws:principalarn",
        "aws:userid",
        "aws:federatedprovider",
        "aws:ec2instancesourcevpc",
        "identitystore:userid",
        *OWN_ARN_KEYS,
        *NETWORK_KEYS,
        *MEMBER_KEYS,
    )
)
_NO_PRINCIPAL = absent_all(ABSENT_FOR_SERVICES)


def services_of(principals: Principals, world: World) -> list[str]:
    """The services that the principal element covers: all named ones, and others that conditions can tell apart."""
    if not principals.open_ended:
        return sorted(principals.services)
    if principals.negated and principals.anyone:
        return []
    return [name for name in (*world.services, *world.other_services) if name not in principals.services]


def service_facts(service: str, world: World) -> Facts:
    """Keys of a request that a service makes for itself: its names, and nothing of a principal."""

    def names() -> Domain:
        return Domain(
            (some(_SERVICE_NAME) + literal(".amazonaws.com"),), seeds=(service,), optional=False, member=service
        )

    return {
        **_NO_PRINCIPAL,
        "aws:principalisawsservice": fixed("true"),
        "aws:principalservicename": fixed(service),
        "aws:principalservicenameslist": names,
        **_key_facts(world, ""),
    }
