"""The one table of context keys: what each holds, which requests carry it, and what it follows from.

A new AWS key is one line here. If something other than the requester decides its value, requesters/ says what it can
hold. A key that the table does not list is text that a requester chooses. Source: IAM User Guide, *AWS global condition
context keys*; KMS Developer Guide, *AWS KMS condition keys* and *AWS KMS permissions*; Service Authorization Reference,
*AWS KMS*.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Optional

from ..caching import cached_for_short, lazy
from ..regular.patterns import ANYTHING, DOTTED, ID, LABEL, UPPER_CODE, Element, Pattern, any_of, literal, some
from . import actions as kms
from .actions import full_names


class Kind(Enum):
    """What a key's values look like."""

    TEXT = "text"
    BOOLEAN = "boolean"
    NUMBER = "number"
    MOMENT = "moment"
    ADDRESS = "address"


class Bound(Enum):
    """What decides a key's value. Only the keys bound to nothing are the requester's choice alone."""

    NOTHING = "nothing"
    ACCOUNT = "the account of the caller"
    PRINCIPAL = "the kind of principal that calls"
    ORGANIZATION = "the organization of the caller"
    OWNER = "the organization of the key's owner"
    NETWORK = "where the request comes from"
    WAY = "whether an AWS service passes the request on"
    SERVICE = "the service that calls on its own behalf"
    KEY = "the key"
    TRAIT = "a trait of the key that no request can choose"
    CONTEXT = "how the request encrypts: its algorithm and encryption context"
    GRANT = "the grant that is created"
    TIME = "the time of the request"
    MFA = "multi-factor authentication"
    MCP = "whether an MCP server of AWS passes the request on"

    __hash__ = object.__hash__  # Enum's own is written in Python and costs more than the lookups it is for


Forms = tuple[Pattern, ...]
FREE_TEXT: Forms = (ANYTHING,)
_VIA_SERVICE: Forms = (some(LABEL) + literal(".") + some(LABEL) + literal(".") + (Element(LABEL), *any_of(DOTTED)),)
_REGION: Forms = (some(LABEL),)
_CODE: Forms = (some(UPPER_CODE),)
_SERVICE: Forms = (some(LABEL) + literal(".") + (Element(LABEL), *any_of(DOTTED)),)


@dataclass(frozen=True)
class ContextKey:
    """One row of the table.

    name: as AWS spells it; actions: those whose requests can carry the key, None for all; always: whether these
    requests always carry it; values: all that it can hold, where they are few; forms: the languages of its text.
    """

    name: str
    bound: Bound = Bound.NOTHING
    kind: Kind = Kind.TEXT
    multivalued: bool = False
    always: bool = False
    actions: Optional[tuple[str, ...]] = None
    values: tuple[str, ...] = ()
    forms: Forms = FREE_TEXT

    @property
    def tells_of_the_key(self) -> bool:
        """Whether it holds a fact of the KMS key or its owner, which no caller chooses."""
        return self.bound in (Bound.TRAIT, Bound.OWNER, Bound.KEY)

    def carried_by(self, action: str) -> bool:
        """Whether requests for the action can carry the key. An action that no list knows is an operation on a key."""
        actions = self.actions
        if actions is None or action in actions:
            return True
        if action in kms.GRANTS_FOR:
            return kms.CREATE_GRANT in actions
        return self._of_unknown_actions and action not in _KNOWN

    @lazy
    def _of_unknown_actions(self) -> bool:
        return self.actions is not None and (_KNOWN.issubset(self.actions) or self.name == "kms:RequestAlias")


_KNOWN = frozenset(kms.ON_A_KEY)

_TABLE: dict[str, ContextKey] = {}
_FAMILIES: dict[str, ContextKey] = {}


def _key(name: str, bound: Bound = Bound.NOTHING, kind: Kind = Kind.TEXT, **more: object) -> str:
    """Enters one key, and returns its name in lower case, by which all else refers to it."""
    row = ContextKey(name, bound, kind, **more)  # type: ignore[arg-type]  # the columns of ContextKey
    table = _FAMILIES if name.endswith("*") else _TABLE
    table[name.rstrip("*").lower()] = row
    return name.rstrip("*").lower()


_BOOLEAN = ("true", "false")
_NAMED = (kms.CREATE_GRANT,)
_CRYPTO = (*kms.TO_ENCRYPT, *kms.TO_DECRYPT)
_CONTEXT = (*_CRYPTO, kms.CREATE_GRANT, "kms:RetireGrant")
_OF_THE_KEY = (*kms.ON_A_KEY, "kms:CreateKey")
_TAGGING = full_names("CreateKey TagResource UntagResource")

# --- the caller: account, principal, organization -------------------------------------------------------------------
PRINCIPAL_ACCOUNT = _key("aws:PrincipalAccount", Bound.ACCOUNT)
CALLER_ACCOUNT = _key("kms:CallerAccount", Bound.ACCOUNT)
IS_AWS_SERVICE = _key("aws:PrincipalIsAWSService", Bound.ACCOUNT)
FEDERATED_PROVIDER = _key("aws:FederatedProvider", Bound.ACCOUNT)
STORE_USER = _key("identitystore:UserId", Bound.ACCOUNT, forms=(some(ID),))
_OWN_ARNS = (
    "ec2:SourceInstanceARN lambda:SourceFunctionArn ssm:SourceInstanceArn codebuild:BuildArn codebuild:ProjectArn"
    " aws:ChatbotSourceArn aws:SignInSessionArn"
)
OWN_ARNS = tuple([_key(name, Bound.ACCOUNT) for name in _OWN_ARNS.split()])
PRINCIPAL_ARN = _key("aws:PrincipalArn", Bound.PRINCIPAL)
PRINCIPAL_TYPE = _key("aws:PrincipalType", Bound.PRINCIPAL)
USER_NAME = _key("aws:username", Bound.PRINCIPAL)
USER_ID = _key("aws:userid", Bound.PRINCIPAL)
PRINCIPAL_ORG = _key("aws:PrincipalOrgID", Bound.ORGANIZATION)
PRINCIPAL_ORG_PATHS = _key("aws:PrincipalOrgPaths", Bound.ORGANIZATION, multivalued=True)
RESOURCE_ORG = _key("aws:ResourceOrgID", Bound.OWNER)
RESOURCE_ORG_PATHS = _key("aws:ResourceOrgPaths", Bound.OWNER, multivalued=True)

# --- where the request comes from, and by what way ------------------------------------------------------------------
SOURCE_IP = _key("aws:SourceIp", Bound.NETWORK, Kind.ADDRESS)
SOURCE_VPC = _key("aws:SourceVpc", Bound.NETWORK)
SOURCE_VPC_ARN = _key("aws:SourceVpcArn", Bound.NETWORK)
SOURCE_VPCE = _key("aws:SourceVpce", Bound.NETWORK)
VPCE_ACCOUNT = _key("aws:VpceAccount", Bound.NETWORK)
VPCE_ORG = _key("aws:VpceOrgID", Bound.NETWORK)
VPCE_ORG_PATHS = _key("aws:VpceOrgPaths", Bound.NETWORK, multivalued=True)
VPC_SOURCE_IP = _key("aws:VpcSourceIp", Bound.NETWORK, Kind.ADDRESS)
INSTANCE_VPC = _key("aws:Ec2InstanceSourceVpc", Bound.NETWORK)
INSTANCE_ADDRESS = _key("aws:Ec2InstanceSourcePrivateIPv4", Bound.NETWORK, Kind.ADDRESS)
VIA_AWS_SERVICE = _key("aws:ViaAWSService", Bound.WAY, Kind.BOOLEAN)
VIA_SERVICE = _key("kms:ViaService", Bound.WAY, forms=_VIA_SERVICE)
CALLED_VIA = _key("aws:CalledVia", Bound.WAY, multivalued=True, forms=_SERVICE)
CALLED_VIA_FIRST = _key("aws:CalledViaFirst", Bound.WAY, forms=_SERVICE)
CALLED_VIA_LAST = _key("aws:CalledViaLast", Bound.WAY, forms=_SERVICE)
VIA_MCP = _key("aws:ViaAWSMCPService", Bound.MCP, Kind.BOOLEAN, values=_BOOLEAN)  # its requests are its caller's own
CALLED_VIA_MCP = _key("aws:CalledViaAWSMCP", Bound.MCP, forms=_SERVICE)
_key("aws:IsMcpServiceAction", kind=Kind.BOOLEAN, values=("false",))  # true for actions of the server's service

# --- what only a service's own request carries ----------------------------------------------------------------------
SERVICE_NAME = _key("aws:PrincipalServiceName", Bound.SERVICE, forms=_SERVICE)
SERVICE_NAMES = _key("aws:PrincipalServiceNamesList", Bound.SERVICE, multivalued=True, forms=_SERVICE)
SOURCE_ACCOUNT = _key("aws:SourceAccount", Bound.SERVICE)
SOURCE_OWNER = _key("aws:SourceOwner", Bound.SERVICE)
SOURCE_ARN = _key("aws:SourceArn", Bound.SERVICE)
SOURCE_ORG = _key("aws:SourceOrgID", Bound.SERVICE)
SOURCE_ORG_PATHS = _key("aws:SourceOrgPaths", Bound.SERVICE, multivalued=True)

# --- time and session -----------------------------------------------------------------------------------------------
CURRENT_TIME = _key("aws:CurrentTime", Bound.TIME, Kind.MOMENT)
EPOCH_TIME = _key("aws:EpochTime", Bound.TIME, Kind.MOMENT)
TOKEN_ISSUE_TIME = _key("aws:TokenIssueTime", Bound.TIME, Kind.MOMENT)
_key("aws:AssumedRoot", kind=Kind.BOOLEAN, values=_BOOLEAN)
MFA_PRESENT = _key("aws:MultiFactorAuthPresent", Bound.MFA, Kind.BOOLEAN, values=_BOOLEAN)
MFA_AGE = _key("aws:MultiFactorAuthAge", Bound.MFA, Kind.NUMBER)

# --- the key --------------------------------------------------------------------------------------------------------
KEY_ARN = "THE KEY'S ARN"  # what resource elements test; no context key is called so, their names are in lower case
REQUESTED_REGION = _key("aws:RequestedRegion", Bound.KEY, always=True, forms=_REGION)
RESOURCE_ACCOUNT = _key("aws:ResourceAccount", Bound.KEY, always=True)
MULTI_REGION = _key("kms:MultiRegion", Bound.KEY, Kind.BOOLEAN, always=True, actions=_OF_THE_KEY, values=_BOOLEAN)
KEY_SPEC = _key("kms:KeySpec", Bound.KEY, always=True, actions=_OF_THE_KEY, forms=_CODE)
KEY_USAGE = _key("kms:KeyUsage", Bound.KEY, always=True, actions=_OF_THE_KEY, forms=_CODE)
KEY_ORIGIN = _key("kms:KeyOrigin", Bound.KEY, always=True, actions=_OF_THE_KEY, forms=_CODE)
_key("kms:MultiRegionKeyType", Bound.TRAIT, actions=_OF_THE_KEY, values=("PRIMARY", "REPLICA"))
_key("kms:ResourceAliases", Bound.TRAIT, multivalued=True, actions=(*kms.ON_A_KEY,))
_key("aws:ResourceTag/*", Bound.TRAIT)

# --- the operation --------------------------------------------------------------------------------------------------
_key("aws:SecureTransport", kind=Kind.BOOLEAN, always=True, values=("true",))
_key("aws:UserAgent", always=True)
_key("aws:TagKeys", multivalued=True, actions=_TAGGING)
_key("aws:RequestTag/*", actions=_TAGGING)
_key("kms:RequestAlias", actions=(*kms.CRYPTOGRAPHIC, "kms:DescribeKey"))
# Always there is what the operation cannot do without, and the algorithm of encryption where the request leaves it out.
ENCRYPTION_ALGORITHM = _key("kms:EncryptionAlgorithm", Bound.CONTEXT, always=True, actions=_CRYPTO, forms=_CODE)
ENCRYPTION_CONTEXT = _key("kms:EncryptionContext:*", Bound.CONTEXT, actions=_CONTEXT)
ENCRYPTION_CONTEXT_KEYS = _key("kms:EncryptionContextKeys", Bound.CONTEXT, multivalued=True, actions=_CONTEXT)
_key("kms:EncapsulationAlgorithm", always=True, actions=(kms.ENCAPSULATE, kms.DECAPSULATE), forms=_CODE)
_key("kms:DataKeyPairSpec", always=True, actions=kms.KEY_PAIRS, forms=_CODE)
_key("kms:ReEncryptOnSameKey", kind=Kind.BOOLEAN, actions=("kms:ReEncryptFrom", "kms:ReEncryptTo"), values=_BOOLEAN)
_key("kms:KeyAgreementAlgorithm", always=True, actions=kms.KEY_AGREEMENT, forms=_CODE)
_key("kms:MacAlgorithm", always=True, actions=kms.MACS, forms=_CODE)
_key("kms:MessageType", actions=kms.SIGNATURES, forms=_CODE)
_key("kms:SigningAlgorithm", always=True, actions=kms.SIGNATURES, forms=_CODE)
_key("kms:WrappingAlgorithm", always=True, actions=("kms:GetParametersForImport",), forms=_CODE)
_key("kms:WrappingKeySpec", always=True, actions=("kms:GetParametersForImport",), forms=_CODE)
_key("kms:ExpirationModel", actions=("kms:ImportKeyMaterial",), forms=_CODE)
_key("kms:ValidTo", kind=Kind.MOMENT, actions=("kms:ImportKeyMaterial",))
_key("kms:PrimaryRegion", always=True, actions=("kms:UpdatePrimaryRegion",), forms=_REGION)
_key("kms:ReplicaRegion", always=True, actions=("kms:ReplicateKey",), forms=_REGION)
_key("kms:RotationPeriodInDays", kind=Kind.NUMBER, actions=("kms:EnableKeyRotation",))
_key("kms:ScheduleKeyDeletionPendingWindowInDays", kind=Kind.NUMBER, actions=("kms:ScheduleKeyDeletion",))
_key("kms:TrailingDaysWithoutKeyUsage", kind=Kind.NUMBER, actions=("kms:DisableKey", "kms:ScheduleKeyDeletion"))
_BYPASSING = full_names("CreateKey PutKeyPolicy")
_key("kms:BypassPolicyLockoutSafetyCheck", kind=Kind.BOOLEAN, actions=_BYPASSING, values=_BOOLEAN)
_FOR_ENCLAVES = full_names("Decrypt DeriveSharedSecret GenerateDataKey GenerateDataKeyPair GenerateRandom")
_key("kms:RecipientAttestation:*", actions=_FOR_ENCLAVES)

# --- a grant --------------------------------------------------------------------------------------------------------
GRANT_OPERATIONS = _key("kms:GrantOperations", Bound.GRANT, multivalued=True, actions=_NAMED)
GRANTEE = _key("kms:GranteePrincipal", Bound.GRANT, actions=_NAMED)
GRANTEE_SERVICE = _key("kms:GranteeServicePrincipal", Bound.GRANT, actions=_NAMED, forms=_SERVICE)
GRANT_SOURCE_ARN = _key("kms:GrantConstraintSourceArn", Bound.GRANT, actions=_NAMED)
GRANT_CONSTRAINT = _key("kms:GrantConstraintType", Bound.CONTEXT, actions=(*_NAMED, "kms:RetireGrant"))
_FOR_SERVICES = full_names("CreateGrant ListGrants RevokeGrant")
FOR_AWS_RESOURCE = _key("kms:GrantIsForAWSResource", Bound.WAY, Kind.BOOLEAN, actions=_FOR_SERVICES, values=_BOOLEAN)
_key("kms:RetiringPrincipal", actions=_NAMED)
_key("kms:RetiringServicePrincipal", actions=_NAMED, forms=_SERVICE)

# --- what follows from the table ------------------------------------------------------------------------------------

_OLDER_NAMES = {"kms:customermasterkeyspec": KEY_SPEC, "kms:customermasterkeyusage": KEY_USAGE}


def key_named(name: str) -> str:
    """The key of a condition in lower case, by the name that the policy has for it: its own, or an older one.

    Source: KMS Developer Guide, *AWS KMS condition keys*.
    """
    own = name.lower()
    return _OLDER_NAMES.get(own, own)


def context_key(name: str) -> ContextKey:
    """The row of a key; its name in lower case."""
    return _TABLE.get(name) or _unlisted(name)


@cached_for_short(128)
def _unlisted(name: str) -> ContextKey:
    for prefix, row in _FAMILIES.items():
        if name.startswith(prefix):
            return row
    return ContextKey(name)


def keys_bound_to(*bounds: Bound) -> frozenset[str]:
    """The listed keys, in lower case, that follow from one of these."""
    return frozenset([name for name, row in _TABLE.items() if row.bound in bounds])


ACCOUNT_KEYS = (PRINCIPAL_ACCOUNT, CALLER_ACCOUNT)
SOURCE_KEYS = (SOURCE_ACCOUNT, SOURCE_OWNER, SOURCE_ARN, SOURCE_ORG, SOURCE_ORG_PATHS)
MEMBER_KEYS = keys_bound_to(Bound.ORGANIZATION)
OWNER_KEYS = keys_bound_to(Bound.OWNER)
NETWORK_KEYS = keys_bound_to(Bound.NETWORK)
PRINCIPAL_KEYS = keys_bound_to(Bound.PRINCIPAL)
GRANT_KEYS = keys_bound_to(Bound.GRANT)


def spelled(name: str) -> Optional[str]:
    """A listed key as AWS spells it; None for another. name: in lower case."""
    row = _TABLE.get(name)
    return None if row is None else row.name
