"""Context keys that a requester cannot choose: they follow from its account, its organization, or its being a service.

Source: the threat model of this app (README, *Who may use the key*);
IAM User Guide, *AWS global condition context keys*.
"""

from collections.abc import Iterator
from typing import Optional

from ..caching import cached_for_small
from ..domains.domain import Domain, Fact, Facts, absent, absent_all, fact, fixed
from ..policy.identifiers import ACCOUNT, MEMBER_KEYS, ORGANIZATION
from ..policy.principals import Principals
from ..regular.languages import ANYTHING, LABEL, CharClass, Element, Pattern, any_of, literal, some
from .audience import Audience
from .network_keys import NETWORK_KEYS
from .population import Ids, World

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


@fact
def _own_arns(account: str) -> Domain:
    return Domain((_own_arn(account),), seeds=(f"arn:aws:ec2:us-east-1:{account}:instance/i-1",))


@fact
def _provider(account: str) -> Domain:
    return Domain((*_but("arn:"), _own_arn(account)), seeds=("accounts.google.com",))


@fact
def _instance_vpc(others: tuple[str, ...]) -> Domain:
    return Domain((literal("vpc-") + some(LABEL),), tuple(map(literal, others)), seeds=("vpc-0a1b2c3d4e5f60718",))


@fact
def _but_users(others: tuple[str, ...]) -> Domain:
    return Domain(excluded=tuple(map(literal, others)))


def account_facts(account: str, world: World, read: frozenset[str], strict: bool, in_network: bool) -> Facts:
    """Keys that follow from the caller's account; ids that the policy names are not an outsider's.

    read: the context keys that matter; what is said of others is not looked at.
    """
    return _of_account(
        account,
        world.names.vpcs if strict and "aws:ec2instancesourcevpc" in read else (),
        world.names.store_users if (strict or in_network) and "identitystore:userid" in read else (),
        _key_account(world, account, read),
        world.key.region,
    )


@cached_for_small(512, 256)
def _of_account(
    account: str, other_vpcs: tuple[str, ...], other_users: tuple[str, ...], key_account: Fact, region: Optional[str]
) -> Facts:
    return {
        "aws:principalaccount": fixed(account),
        "kms:calleraccount": fixed(account),
        "aws:principalisawsservice": fixed("false"),
        **_NO_SERVICE,
        **dict.fromkeys(OWN_ARN_KEYS, _own_arns(account)),
        "aws:federatedprovider": _provider(account),
        "aws:ec2instancesourcevpc": _instance_vpc(other_vpcs),
        "identitystore:userid": _but_users(other_users),
        **_key_facts(key_account, region),
    }


def _key_facts(account: Fact, region: Optional[str]) -> Facts:
    facts = {"aws:resourceaccount": account}
    if region:
        facts["aws:requestedregion"] = fixed(region)
    return facts


def _key_account(world: World, caller: str, read: frozenset[str]) -> Fact:
    """The key's account; one that is not known is any but that of a caller whom the policy does not name."""
    if world.key.account is not None or "aws:resourceaccount" not in read or caller == world.own_account:
        return fixed(world.key.account or caller)
    other = None if caller in world.names.accounts else caller
    return _unknown_account(other, (world.own_account, *world.names.accounts))


@fact
def _unknown_account(other: Optional[str], seeds: tuple[str, ...]) -> Domain:
    return Domain((ACCOUNT,), (literal(other),) if other is not None else (), seeds=seeds, optional=False)


OWNER_KEYS = ("aws:resourceorgid", "aws:resourceorgpaths")
_ORGANIZATION_KEYS = MEMBER_KEYS.union(OWNER_KEYS)
_NO_MEMBER = absent_all(MEMBER_KEYS)
NO_ORGANIZATION = {**_NO_MEMBER, **absent_all(OWNER_KEYS)}


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
            if owner or not read.isdisjoint(OWNER_KEYS):
                yield _member(name, {})
        yield _member(world.own_organization, {})


def key_owner(world: World, read: frozenset[str], stranger: str = "") -> Facts:
    """The organization of the key's owner: any but that of a requester who does not belong to it, or none."""
    if read.isdisjoint(OWNER_KEYS):
        return {}
    named, own = world.names.organizations, world.own_organization
    if read.isdisjoint(("aws:vpceorgid", "aws:vpceorgpaths")):
        return {
            "aws:resourceorgid": _owner(named, own, stranger),
            "aws:resourceorgpaths": _owner_paths(named, stranger),
        }
    # The owner of an endpoint may be any unnamed organization, but not the key's.
    return {"aws:resourceorgid": _one_of((own, *named), own), "aws:resourceorgpaths": _paths_of((own, *named))}


@fact
def _owner(named: tuple[str, ...], own: str, stranger: str) -> Domain:
    return Domain((ORGANIZATION, *map(literal, named)), (literal(stranger),) if stranger else (), seeds=(own,))


@fact
def _owner_paths(named: tuple[str, ...], stranger: str) -> Domain:
    rest = literal("/") + ANYTHING
    languages = (ORGANIZATION + rest, *(literal(name) + rest for name in named))
    return Domain(languages, (literal(stranger) + rest,) if stranger else ())


@fact
def _one_of(names: tuple[str, ...], seed: str) -> Domain:
    return Domain(tuple(map(literal, names)), seeds=(seed,))


@fact
def _paths_of(names: tuple[str, ...]) -> Domain:
    return Domain(tuple(literal(name + "/") + ANYTHING for name in names))


def _member(name: str, owner: Facts) -> Facts:
    """A member of an organization, which is the key owner's too where nothing is said; roots and units are free."""
    member, paths = fixed(name), _paths(name)
    facts: Facts = {"aws:principalorgid": member, "aws:principalorgpaths": paths}
    return {**facts, **(owner or {"aws:resourceorgid": member, "aws:resourceorgpaths": paths})}


@fact
def _paths(name: str) -> Domain:
    return Domain((literal(name + "/") + ANYTHING,), seeds=(f"{name}/r-ab12/ou-ab12-11111111/",), optional=False)


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


def service_facts(service: str, world: World, read: frozenset[str]) -> Facts:
    """Keys of a request that a service makes for itself: its names, and nothing of a principal."""
    return _of_service(service, _key_account(world, "", read), world.key.region)


@cached_for_small(512, 256)
def _of_service(service: str, key_account: Fact, region: Optional[str]) -> Facts:
    return {
        **_NO_PRINCIPAL,
        "aws:principalisawsservice": fixed("true"),
        "aws:principalservicename": fixed(service),
        "aws:principalservicenameslist": _names_with(service),
        **_key_facts(key_account, region),
    }


@fact
def _names_with(service: str) -> Domain:
    return Domain((some(_SERVICE_NAME) + literal(".amazonaws.com"),), seeds=(service,), optional=False, member=service)


KEYS_OF_ACCOUNTS = _ORGANIZATION_KEYS.union(_of_account("", (), (), absent(), "any"))
KEYS_OF_SERVICES = frozenset(OWNER_KEYS).union(_of_service("", absent(), "any"))
