"""Context keys that a requester cannot choose: they follow from its account, its organization, or its being a service.

Source: the threat model of this app (README, *Who may use the key*);
IAM User Guide, *AWS global condition context keys*.
"""

from collections.abc import Iterator

from .audience import Audience
from .automata import ANYTHING, DIGIT, LABEL, CharClass, Element, Pattern, any_of, literal, some
from .domains import Domain, Facts, absent_all, fixed
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
        languages = ((Element(DIGIT),) * 12,)
        other = () if caller in world.names.accounts else (literal(caller),)
        return Domain(languages, other, seeds=(world.own_account, *world.names.accounts), optional=False)

    known = world.key.account is not None or caller == world.own_account
    facts: Facts = {
        "aws:resourceaccount": fixed(world.own_account) if known else unknown_account,
    }
    if world.key.region:
        facts["aws:requestedregion"] = fixed(world.key.region)
    return facts


_ORGANIZATION_KEYS = frozenset(
    ("aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid", "aws:resourceorgpaths")
)
_NO_MEMBER = absent_all(("aws:principalorgid", "aws:principalorgpaths"))
NO_ORGANIZATION = {**_NO_MEMBER, **absent_all(("aws:resourceorgid", "aws:resourceorgpaths"))}


def organizations_of(audience: Audience, world: World, read: frozenset[str], foreign: Ids) -> Iterator[Facts]:
    """The organizations that requesters of the row can be in, and what is then known of the key owner's."""
    if not read & _ORGANIZATION_KEYS:
        if audience is not Audience.organization:
            yield NO_ORGANIZATION
        return
    owner = audience is Audience.internal
    elsewhere = _key_owner(world)
    if audience is not Audience.organization:
        yield NO_ORGANIZATION if owner else {**_NO_MEMBER, **elsewhere}
        for name in foreign():
            yield _member(name, {} if owner else elsewhere)
    if audience not in (Audience.everyone, Audience.network):
        for name in world.names.organizations:
            yield _member(name, {} if owner else elsewhere)
        yield _member(world.own_organization, {})


def _key_owner(world: World) -> Facts:
    """The key owner's organization, where the requester is not known to share it: none, its own, or a named one."""
    owners = (world.own_organization, *world.names.organizations)
    return {
        "aws:resourceorgid": lambda: Domain(values=owners),
        "aws:resourceorgpaths": lambda: Domain(tuple(literal(o + "/") + ANYTHING for o in owners)),
    }


def _member(name: str, key_owner: Facts) -> Facts:
    """A member of an organization, which is the key owner's too where nothing is said; roots and units are free."""

    def paths() -> Domain:
        return Domain((literal(name + "/") + ANYTHING,), seeds=(f"{name}/r-ab12/ou-ab12-11111111/",), optional=False)

    facts: Facts = {"aws:principalorgid": fixed(name), "aws:principalorgpaths": paths}
    return {**facts, **(key_owner or {"aws:resourceorgid": fixed(name), "aws:resourceorgpaths": paths})}


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
        "aws:principalorgid",
        "aws:principalorgpaths",
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
