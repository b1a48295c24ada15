"""The facts of an event beside the policy: the key, its account, the caller, MFA, success or failure.

Source: interface of the command (docs/command.md, *Fields*).
"""

import re
from typing import NamedTuple, Optional

from ..evaluation.request import KeyFacts
from .actor import actor, mfa, via
from .api_call import FAILURE, SUCCESS, Call, text_of
from .key import Key, key_of


class EventFacts(NamedTuple):
    """The facts of an event; one that it does not have is empty, or None.

    The first twelve are output fields of the same names.
    """

    key: str = ""
    account: str = ""  # of the key, 12 digits
    region: str = ""  # of the key
    operation: str = ""
    event: str = ""
    call: str = ""  # success or failure; empty if the event breaks before it says
    call_error: str = ""
    actor: str = ""
    via: str = ""
    mfa: str = ""  # true, false or unknown
    src: str = ""
    user_agent: str = ""
    lockout_check_bypassed: bool = False  # the caller switched KMS's policy lockout safety check off
    time: Optional[float] = None  # Unix seconds
    key_details: Key = Key()

    @property
    def failed(self) -> bool:
        """Whether the call is known to have failed, so that the policy is not in force."""
        return self.call == FAILURE

    def of_account(self, account: str) -> "EventFacts":
        """The facts, with the key's account as the searcher names it. An ARN in the event takes precedence.

        The ARN of a call that is not known to have succeeded names the caller's own account, and is kept.
        """
        if not account or self.key_details.account_named or (self.key.startswith("arn:") and self.call != SUCCESS):
            return self
        return self._replace(account=account, key=_ACCOUNT_IN_ARN.sub(rf"\g<1>{account}:", self.key))

    @property
    def key_facts(self) -> KeyFacts:
        """What the engine needs to know of the key."""
        key = self.key_details
        return KeyFacts(
            account=self.account or None,
            region=self.region or None,
            key_id=key.key_id,
            partition=key.partition,
            event_time=self.time,
            usage=key.usage,
            spec=key.spec,
            origin=key.origin,
            multi_region=key.multi_region,
        )


NO_FACTS = EventFacts()

_ACCOUNT_IN_ARN = re.compile(r"\A(arn:[^:]*:kms:[^:]*:)[0-9]{12}:")
_ADDRESS = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(?:/[0-9]{1,3})?\Z")


def facts_of(call: Call) -> EventFacts:
    """The facts of a call to KMS."""
    key = key_of(call)
    return EventFacts(
        key=key.arn,
        account=key.account,
        region=key.region,
        operation=call.operation,
        event=call.event,
        call=call.outcome,
        call_error=call.error,
        actor=actor(call),
        via=via(call),
        mfa=mfa(call),
        # where a service made the call, CloudTrail writes its name in place of an address
        src=call.source_address if _ADDRESS.match(call.source_address) else "",
        user_agent=call.user_agent,
        lockout_check_bypassed=text_of(call.request.get("bypassPolicyLockoutSafetyCheck")).lower() == "true",
        time=call.time,
        key_details=key,
    )
