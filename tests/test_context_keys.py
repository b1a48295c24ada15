"""Only the table of context keys spells their names, and some request carries every key in it. Each check can fail."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev.vendor import LIB, ROOT
from kmspolicy import Analysis, Audience, analyze
from kmspolicy.policy import context_keys
from kmspolicy.policy.actions import ACTIONS, CLASSES

FAMILIES: list[str] = [*vars(context_keys)["_FAMILIES"]]  # what their names begin with, in lower case
NAMES = sorted({*context_keys.keys_bound_to(*context_keys.Bound), *FAMILIES})
SERVICES = "|".join(sorted({name.split(":")[0] for name in NAMES}))
SPELLED = re.compile(
    # A service and a colon, even at the end of a string that another one continues. ARNs have more before it, types of
    # CloudFormation two colons.
    rf"(?<![\w:-])(?:{SERVICES}):(?!:)\w*"
    # The rest of a name that another string began.
    rf"|^:(?:{'|'.join(re.escape(name.split(':', 1)[1].rstrip(':/')) for name in NAMES)})\b",
    re.IGNORECASE,
)
EXCEPTIONS = {
    ("events/cloudtrail.py", "aws:"): "the event source of S3, DynamoDB and Kinesis in their notifications, aws:s3",
    ("policy/actions.py", "kms:"): "what every action's name begins with",
    ("requesters/languages.py", "aws:"): "what the names of AWS's own roles begin with, aws:ec2-infrastructure",
}


def spelled_in(source: str) -> Iterator[str]:
    """Each name of a key, or beginning of one, in the strings of a module, but docstrings."""
    tree = ast.parse(source)
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, holders)]
    said = {id(line.value) for body in bodies for line in body if isinstance(line, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and id(node) not in said:
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            yield from (found for found in SPELLED.findall(text) if found not in ACTIONS)


def spelling_modules(package: Path) -> set[tuple[str, str]]:
    """(Module, name) of each that stands outside the table."""
    return {
        (path.relative_to(package).as_posix(), found)
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).as_posix() != "policy/context_keys.py"
        for found in spelled_in(path.read_text("utf-8"))
    }


def test_no_module_but_the_table_spells_a_context_key() -> None:
    assert spelling_modules(LIB / "kmspolicy") == set(EXCEPTIONS)


def test_the_table_has_the_names_that_are_looked_for() -> None:
    found = {name.lower() for name in spelled_in(Path(context_keys.__file__).read_text("utf-8"))}
    assert len(NAMES) > 80 and {name.rstrip(":/") for name in NAMES} <= found
    assert SERVICES == "aws|codebuild|ec2|identitystore|kms|lambda|ssm"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('ARN = "aws:PrincipalArn"', ["aws:PrincipalArn"]),
        ('KEY = key == "kms:viaservice" or b"KMS:ViaService"', ["kms:viaservice", "KMS:ViaService"]),
        (
            'T = "ec2:SourceInstanceARN", "lambda:sourcefunctionarn"',
            ["ec2:SourceInstanceARN", "lambda:sourcefunctionarn"],
        ),
        ('T = "aws:TomorrowsKey"', ["aws:TomorrowsKey"]),
        ('TAG = f"aws:PrincipalTag/{tag}"', ["aws:PrincipalTag"]),
        ('KEY = f"aws:{name}"', ["aws:"]),
        ('KEY = f"{service}:PrincipalArn"', [":PrincipalArn"]),
        ('def f(x):\n    return "condition on kms:EncryptionContext:app holds"', ["kms:EncryptionContext"]),
        ('"""Of aws:PrincipalArn."""\nclass A:\n    """kms:ViaService."""\n    x = 1\n    """aws:userid."""', []),
        ('def f():\n    """aws:PrincipalArn"""\n    return "kms:Encrypt", "kms:CreateGrant (to decrypt)"', []),
        ("x = 1  # aws:PrincipalArn", []),
        ('ARN = f"arn:aws:kms:{region}:", "arn:aws:ec2:us-east-1:1:vpc/v", "AWS::KMS::Key"', []),
        ('ARN = f"arn:{partition}:kms:{region}"', []),
    ],
)
def test_a_name_that_is_spelled_is_found(source: str, names: list[str]) -> None:
    assert sorted(spelled_in(source)) == sorted(names)


def asked(key: str) -> Analysis:
    """The analysis of a policy that allows every request that carries the key."""
    limited = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Null": {key: "false"}},
    }
    return analyze(json.dumps({"Version": "2012-10-17", "Statement": [limited]}), actions=CLASSES["all"])


def never_carried() -> list[str]:
    """The keys of the table that no requester's request carries, so that an Allow that asks for them gives nothing."""
    rows = [*context_keys.keys_bound_to(*context_keys.Bound), *(f"{family}x" for family in FAMILIES)]
    return [name for name in rows if asked(name).audience is Audience.none]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """table(line) adds a line to the table."""
    monkeypatch.setattr(context_keys, "_TABLE", dict(vars(context_keys)["_TABLE"]))
    return lambda line: exec(line, dict(vars(context_keys)))


def test_somebody_can_send_every_key_of_the_table() -> None:
    assert never_carried() == [], "the file in requesters/ that is about what decides this key must say what it holds"


def test_a_key_that_nothing_in_requesters_knows_of_is_named(table: Callable[[str], None]) -> None:
    table('_key("aws:Forgotten", Bound.ORGANIZATION)')
    assert never_carried() == ["aws:forgotten"]


def test_the_line_that_contributing_shows_is_all_that_such_a_key_needs(table: Callable[[str], None]) -> None:
    (line,) = re.findall(r"^    (.*_key\(.*)$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    table(line)
    assert never_carried() == []
    found = asked("kms:NewKey")
    assert (found.audience, found.granted) == (Audience.everyone, ("kms:Encrypt", "kms:ReEncryptTo"))
