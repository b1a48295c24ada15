"""Coverage-guided fuzzing of the engine and of the event reader with atheris: `python -m dev.fuzz.coverage`.
Any exception, a hang, or too much memory stops the run; libFuzzer then writes the input to the folder of findings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
WORDS = (
    "Version",
    "2012-10-17",
    "Statement",
    "Effect",
    "Allow",
    "Deny",
    "Principal",
    "NotPrincipal",
    "AWS",
    "Service",
    "Action",
    "NotAction",
    "kms:Encrypt",
    "Resource",
    "NotResource",
    "Condition",
    "StringLike",
    "StringNotEqualsIfExists",
    "ForAllValues:",
    "ForAnyValue:",
    "ArnLike",
    "IpAddress",
    "NumericLessThan",
    "DateGreaterThan",
    "Bool",
    "Null",
    "aws:PrincipalArn",
    "aws:SourceIp",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "kms:CallerAccount",
    "aws:userid",
    "${aws:username}",
    "arn:aws:iam::",
    "requestParameters",
    "policy",
    "PutKeyPolicy",
    "CreateKey",
    "eventName",
    "Records",
    "detail",
    "api",
    "\\u0000",
    "\\ud800",
    "*a*a*a*",
)


def main(argv: list[str]) -> None:
    """argv: target (analyze or events), corpus folder, folder of findings, libFuzzer's own options."""
    target, corpus, findings, *options = argv
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

    with atheris.instrument_imports(include=["kmspolicy"]):
        test = TARGETS[target]()
    Path(corpus).mkdir(parents=True, exist_ok=True)
    Path(findings).mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(_seeds(target)):
        Path(corpus, f"seed-{i}").write_bytes(seed)
    words = Path(corpus).with_suffix(".dict")
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in WORDS), "utf-8")
    atheris.Setup(
        [
            sys.argv[0],
            corpus,
            f"-dict={words}",
            f"-artifact_prefix={findings}/{target}-",
            "-timeout=120",
            "-rss_limit_mb=2048",
            *options,
        ],
        lambda data: test(data.decode("utf-8", "surrogateescape")),
    )
    atheris.Fuzz()


def _analyze() -> Callable[[str], None]:
    from kmspolicy import KeyFacts, analyze, error_text, sentence

    def test(text: str) -> None:
        for key in (
            KeyFacts(),
            KeyFacts("111122223333", "us-west-2", "1234abcd-12ab-34cd-56ef-1234567890ab", "aws", 1.7e9),
        ):
            found = analyze(text, key=key)
            if found.problem is not None:
                assert (
                    error_text(found.problem) and found.audience is None and not found.flagged and not found.statements
                )
                continue
            assert found.audience is not None and found.statements and len(found.hash) == 64
            assert found.flagged == any(s.flagged for s in found.statements)
            assert not found.flagged or found.audience.value == "everyone"
            parts = [(s.reasons, s.witness) for s in found.statements]
            for reasons, witness in [(found.reasons, found.witness), *parts]:
                assert all(sentence(reason) for reason in reasons)
                assert witness is None or json.loads(witness.text(key))["context"]

    return test


def _events() -> Callable[[str], None]:
    from kmspolicy.events.finder import find_calls

    def test(text: str) -> None:
        for field_given in (False, True):
            for found in find_calls(text, field_given):
                assert isinstance(found.policy, str) and isinstance(found.fault, str)
                assert found.policy or found.fault or found.facts.operation

    return test


TARGETS: dict[str, Callable[[], Callable[[str], None]]] = {"analyze": _analyze, "events": _events}


def _seeds(target: str) -> list[bytes]:
    from dev.fuzz.generator import case

    policies = [case(Random(i)).text().encode("utf-8", "surrogatepass") for i in range(200)]
    if target == "analyze":
        return policies + _long(policies)
    return [
        line
        for name in ("cloudtrail.jsonl", "security_lake.jsonl", "records.json", "eventbridge.json")
        for line in (ROOT / "samples" / name).read_bytes().splitlines()
        if line.strip()
    ] + policies[:20]


def _long(policies: list[bytes]) -> list[bytes]:
    """Policies up to the longest that are read; cheap ones, since what is watched takes many times as long."""
    smallest = b'{"Effect":"Allow","Principal":"*"}'
    statements = [b'{"Statement":[' + b",".join([smallest] * count) + b"]}" for count in (935, 3_744)]
    return statements + [policy.replace(b"{", b"{" + b" " * 100_000, 1) for policy in policies[:20]]


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    main(sys.argv[1:])
