"""Makes random key policies from a seed: valid ones of several kinds and broken ones.
The vocabulary is small, so that conditions of one policy meet, contradict and miss each other.
"""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any, NamedTuple

from dev.fuzz import elements, linked
from dev.fuzz import vocabulary as words

MODES = {
    "plain": 2,
    "free": 3,
    "bound": 3,
    "organization": 2,
    "network": 3,
    "time": 1,
    "sets": 2,
    "variables": 3,
    "grant": 4,
    "kind": 2,
    "way": 2,
    "vpc": 2,
    "caller": 2,
    "context": 2,
    "mfa": 1,
    "mcp": 1,
    "textual": 1,
    "short": 1,
    "mixed": 6,
    "elements": 2,
    "denies": 1,
    "broken": 1,
}
OTHERS = ("bound", "organization", "network", "free", "time", "sets", "variables", "grant", "kind", "way", "caller")


class Case(NamedTuple):
    """A policy text with what is known of its key; the form of a case file."""

    policy: Any  # an object, or the text itself where its spelling matters
    account: str | None = None
    region: str | None = None
    key_id: str | None = None
    partition: str | None = None
    event_time: float | None = None
    actions: str = "encrypt"
    usage: str | None = None
    spec: str | None = None
    origin: str | None = None
    multi_region: bool | None = None

    def text(self) -> str:
        """The policy as the engine reads it."""
        return self.policy if isinstance(self.policy, str) else json.dumps(self.policy)


def case(random: Random) -> Case:
    """One random case."""
    mode = random.choices(list(MODES), list(MODES.values()))[0]
    policy = _Maker(random, mode).policy()
    known, told = random.random(), random.random()
    partition, region = random.choices(elements.PARTITIONS, (12, 1, 1))[0]
    if partition != "aws":
        policy = _of_partition(policy, partition, region)
    classes = ("encrypt", "decrypt", "grant", "sign", "admin", "all", *linked.ACTION_LISTS)
    return Case(
        policy,
        account=words.OWN if random.random() < 0.9 else None,
        region=region if known < 0.6 else None,
        key_id=words.KEY_ID if known < 0.4 else None,
        partition=partition if known < 0.4 else None,
        event_time=words.NOW if random.random() < 0.7 else None,
        actions=random.choices(classes, (24, 4, 3, 2, 2, 2, *(1 for _ in linked.ACTION_LISTS)))[0],
        usage=random.choice(elements.USAGES) if told < 0.1 else None,
        spec=random.choice(elements.SPECS) if 0.1 < told < 0.2 else None,
        origin=random.choice(("AWS_KMS", "AWS_CLOUDHSM")) if 0.2 < told < 0.25 else None,
        multi_region=random.random() < 0.5 if known >= 0.4 and 0.25 < told < 0.3 else None,
    )


def _of_partition(policy: Any, partition: str, region: str) -> Any:
    """The policy with ARNs and Regions of another partition than aws."""
    text = policy if isinstance(policy, str) else json.dumps(policy)
    text = text.replace("arn:aws:", f"arn:{partition}:").replace(words.REGION, region)
    return text if isinstance(policy, str) else json.loads(text)


_DENIED_ACCOUNTS = 5


class _Maker:
    """Makes one policy of one mode."""

    def __init__(self, random: Random, mode: str) -> None:
        self.random, self.mode = random, mode

    def policy(self) -> Any:
        """A policy object; a text where the policy is broken or spelled unusually."""
        chance = self.random.random
        statements = [self.statement(i) for i in range(self.random.choices((1, 2, 3, 4), (4, 6, 3, 1))[0])]
        policy: dict[str, Any] = {"Version": "2012-10-17" if chance() < 0.85 else "2008-10-17"}
        if chance() < 0.05:
            del policy["Version"]
        if self.mode == "denies":
            statements += [self.deny(n) for n in range(self.random.choice((20, 60, 200)))]
        if chance() < 0.04:
            odd = deepcopy(self.random.choice(elements.ODD_STATEMENTS))  # what breaks a policy changes it
            statements.insert(self.random.randint(0, len(statements)), odd)
        policy["Statement"] = statements[0] if len(statements) == 1 and chance() < 0.3 else statements
        return self.broken(policy) if self.mode == "broken" else policy

    def statement(self, index: int) -> dict[str, Any]:
        """One statement; the first is mostly an Allow for everyone, so that the others have something to limit."""
        chance = self.random.random
        effect = "Allow" if chance() < (0.9 if index == 0 else 0.45) else "Deny"
        made: dict[str, Any] = {"Effect": effect}
        if chance() < 0.3:
            made["Sid"] = f"S{index}"
        made["NotPrincipal" if chance() < 0.06 else "Principal"] = self.principal()
        made["NotAction" if chance() < 0.08 else "Action"] = self.listed(
            elements.ACTIONS if self.mode in ("elements", "mixed", "grant", "kind") else elements.ACTIONS[:10],
            3,
            first=0.5,
        )
        if self.mode == "grant" and chance() < 0.4:
            made.pop("NotAction", None)
            made["Action"] = "kms:CreateGrant"
        resources = elements.RESOURCES + (elements.VARIABLE_RESOURCES if self.mode in ("variables", "elements") else ())
        if self.mode == "elements" or chance() < 0.1:
            made["NotResource" if chance() < 0.15 else "Resource"] = self.listed(resources, 2, first=0.3)
            if chance() < 0.05:
                made.pop("Resource", None)
        else:
            made["Resource"] = "*"
        conditions = self.conditions()
        if conditions or chance() < 0.03:
            made["Condition"] = conditions
        return made

    def deny(self, index: int) -> dict[str, Any]:
        """One of many Denies, each of its own value or of a key of its own, but of few accounts: where a variable links
        principals and grantees, the reference tries each with each.
        """
        key = self.random.choice(("aws:PrincipalTag/team", "aws:PrincipalAccount", "kms:EncryptionContext:dept"))
        value = f"{300000000000 + index % _DENIED_ACCOUNTS}" if key == "aws:PrincipalAccount" else f"t{index}"
        operator = self.random.choices(("StringEquals", "StringNotEquals"), (60, 1))[0]
        made: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
        if self.random.random() < 0.02:
            return {
                **made,
                "Resource": f"arn:aws:kms:{words.REGION}:{words.OWN}:key/{index:08d}-12ab-34cd-56ef-1234567890ab",
            }
        return {**made, "Condition": {operator: {key: value}}}

    def principal(self) -> Any:
        """Mostly everyone."""
        if self.random.random() < 0.7:
            return self.random.choice(("*", {"AWS": "*"}, {"AWS": ["*"]}))
        made: dict[str, list[str]] = {}
        for kind, name in self.random.sample(elements.PRINCIPALS[1:], self.random.choice((1, 1, 2, 3))):
            made.setdefault(kind, []).append(name)
        return {
            kind: names[0] if len(names) == 1 and self.random.random() < 0.5 else names for kind, names in made.items()
        }

    def listed(self, options: tuple[str, ...], most: int, first: float = 0.0) -> Any:
        """One value, or a list of some; the first option with probability `first`."""
        if self.random.random() < first:
            return options[0]
        chosen = self.random.sample(options, self.random.randint(1, most))
        if self.random.random() < 0.02:
            return []
        return chosen[0] if len(chosen) == 1 and self.random.random() < 0.6 else chosen

    def conditions(self) -> dict[str, dict[str, Any]]:
        """The condition block of one statement."""
        many = {"plain": (6, 3, 0, 0), "elements": (6, 3, 0, 0), "mixed": (1, 3, 3, 2)}.get(self.mode, (2, 5, 3, 1))
        made: dict[str, dict[str, Any]] = {}
        for _ in range(self.random.choices(range(4), many)[0]):
            test = self.random.choice(linked.FAMILIES[self.family()])
            operator, values = self.condition(test)
            keys = made.setdefault(operator, {})
            spelled = test.key if self.random.random() < 0.9 else test.key.lower()
            if spelled not in keys and (self.mode == "short" or not any(k.lower() == spelled.lower() for k in keys)):
                keys[spelled] = values
        return made

    def family(self) -> str:
        """Which keys the next condition takes from."""
        if self.mode in linked.FAMILIES and self.random.random() < 0.85:
            return self.mode
        return self.random.choices(OTHERS, (4, 2, 3, 4, 1, 1, 2, 1, 1, 1, 1))[0]

    def condition(self, test: words.Test) -> tuple[str, Any]:
        """An operator, spelled in some way, and its values."""
        chance = self.random.random
        if chance() < 0.1:
            prefix = self.random.choice(("", "", "", "ForAllValues:", "ForAnyValue:"))
            return prefix + "Null", self.random.choice(("true", "false", True, False, ["true"], ["true", "false"]))
        operator = self.random.choice(test.operators)
        if chance() < 0.12:
            operator += "IfExists"
        if chance() < (0.85 if test.key in linked.MULTIVALUED else 0.05):
            operator = self.random.choice(("ForAnyValue:", "ForAllValues:")) + operator
        if chance() < 0.04:
            operator = self.random.choice((operator.lower(), operator.upper()))
        if chance() < 0.02:
            return operator, []
        values = self.random.sample(test.values, min(len(test.values), self.random.choices((1, 2, 3), (6, 3, 1))[0]))
        spelled: list[Any] = [self.spelled(operator, value) for value in values]
        return operator, spelled[0] if len(spelled) == 1 and chance() < 0.6 else spelled

    def spelled(self, operator: str, value: str) -> Any:
        """Booleans and numbers may stand without quotes."""
        if self.random.random() < 0.3:
            if value in ("true", "false"):
                return value == "true"
            if "numeric" in operator.lower() and value.lstrip("-").isdigit():
                return int(value)
        return value

    def broken(self, policy: dict[str, Any]) -> Any:
        """The policy with one fault of the grammar, or with something that only looks like one."""
        statements = policy["Statement"]
        listed = statements if isinstance(statements, list) else [statements]
        one: dict[str, Any] = next((each for each in listed if isinstance(each, dict)), {})  # some are odd already
        name = self.random.choice(
            ("Principal", "Action", "Resource", "Effect", "Condition", "Statement", "Version", "text", "harmless")
        )
        if name in ("Principal", "Action", "Resource"):
            one.pop(f"Not{name}", None)
            one[name] = self.random.choice(
                (
                    1,
                    None,
                    True,
                    [1],
                    [None],
                    {"AWS": 1},
                    {"AWS": [{}]},
                    {"aws": "*"},
                    {"AWS": [["*"]]},
                    {"Unknown": "x"},
                    [{}],
                )
            )
            if self.random.random() < 0.3:
                one[name], one[f"Not{name}"] = "*", "*"
            elif name == "Principal" and self.random.random() < 0.2:
                del one[name]
        elif name == "Effect":
            one["Effect"] = self.random.choice(("allow", "DENY", "", None, 1, ["Allow"]))
        elif name == "Condition":
            one["Condition"] = self.random.choice(
                (
                    None,
                    1,
                    "x",
                    ["x"],
                    {"StringIs": {"aws:username": "x"}},
                    {"StringEquals": "x"},
                    {"StringEquals": {"aws:username": None}},
                    {"StringEquals": {"aws:username": {}}},
                    {"StringEquals": {"aws:username": [None]}},
                    {"NullIfExists": {"aws:username": "true"}},
                    {"ForAnyValue:Null": {"aws:username": "true"}},
                    {"StringEquals": {"aws:username": "x", "AWS:UserName": "y"}},
                    {"ForEachValue:StringEquals": {"aws:username": "x"}},
                    {"StringEqualsIfExistsIfExists": {"aws:username": "x"}},
                )
            )
        elif name == "Statement":
            policy["Statement"] = self.random.choice(([], None, "x", 1, [1], [[one]], [one, "x"]))
        elif name == "Version":
            policy["Version"] = self.random.choice(("2012-10-18", "", None, 2012, ["2012-10-17"]))
        elif name == "harmless":
            one.update(
                self.random.choice(
                    ({"Condition": {}}, {"Condition": {"StringEquals": {}}}, {"Comment": [1, None, {}]}, {"Sid": ""})
                )
            )
        else:
            text = json.dumps(policy)
            return self.random.choice(
                (
                    text[:-1],
                    text + "}",
                    text.replace('"Effect"', '"Effect": "Allow", "Effect"', 1),
                    "[" + text + "]",
                    text.replace('"', "'"),
                    "",
                    "null",
                    text.replace("{", '{"a": 1, "a": 1, ', 1),
                    text + " x",
                    text.replace('"Statement"', '"statement"'),
                )
            )
        return policy
