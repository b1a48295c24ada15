"""The hash: one for every spelling of a policy, another for every other policy."""

from __future__ import annotations

import hashlib
import json

from kmspolicy import analyze

POLICY = {
    "Version": "2012-10-17",
    "Id": "é\u0000",
    "Statement": [
        {
            "Sid": "A",
            "Effect": "Allow",
            "Principal": {"AWS": ["111122223333", "444455556666"]},
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": 60}},
        },
        {"Effect": "Deny", "Principal": "*", "Action": ["kms:Encrypt"], "Resource": "*"},
    ],
}
TEXT = json.dumps(POLICY)


def reordered(value: object) -> object:
    """The same JSON with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return list(map(reordered, value)) if isinstance(value, list) else value


def test_it_is_the_sha256_of_the_canonical_json() -> None:
    canonical = json.dumps(POLICY, sort_keys=True, separators=(",", ":"))
    assert analyze(TEXT).hash == hashlib.sha256(canonical.encode()).hexdigest()


def test_every_spelling_of_a_policy_has_the_same_hash() -> None:
    escaped = TEXT.replace("Effect", "Eff\\u0065ct").replace('"*"', '"\\u002A"').replace("kms:*", "kms\\u003a*")
    spellings = [
        json.dumps(POLICY, indent=2),
        json.dumps(POLICY, ensure_ascii=False),
        json.dumps(reordered(POLICY)),
        f"\r\n\t {TEXT} \n",
        escaped,
        TEXT.replace("kms:Encrypt", "kms:Encr\\u0079pt"),
    ]
    assert TEXT not in spellings and len(set(spellings)) == len(spellings)
    assert {analyze(text).hash for text in spellings} == {analyze(TEXT).hash}


def test_every_other_policy_has_another_hash() -> None:
    others = [
        ("Allow", "Deny"),
        ("kms:*", "KMS:*"),
        ('["kms:Encrypt"]', '"kms:Encrypt"'),
        ("60", "61"),
        ("60", '"60"'),
        ('"A"', '"A "'),
        ("2012-10-17", "2008-10-17"),
        ('"Sid": "A", ', ""),
        ('"Sid": "A"', '"Sid": "A", "x": null'),
        ("\\u0000", "\\u0001"),
        ("\\u0000", ""),
        ('"111122223333", "444455556666"', '"444455556666", "111122223333"'),
    ]
    texts = [TEXT, *(TEXT.replace(old, new, 1) for old, new in others)]
    assert len(set(texts)) == len(texts) and {analyze(text).problem for text in texts} == {None}
    assert len({analyze(text).hash for text in texts}) == len(texts)


def test_numbers_that_conditions_tell_apart_have_other_hashes() -> None:
    numbers = ["0.1", "0.10", "0.10000000000000000001", "1e2", "1.0e2", "100", "100.0", "-0.1"]
    made = {analyze(TEXT.replace(": 60}", f": {number}}}")).hash for number in numbers}
    assert len(made) == len(numbers) and "" not in made


def test_what_cannot_be_read_has_no_hash() -> None:
    assert analyze(TEXT[:-1]).hash == analyze("").hash == analyze('{"Statement": []}').hash == ""
