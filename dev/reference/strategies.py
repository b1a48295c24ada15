"""Random policies as hypothesis strategies, made by the generator of `make fuzz`, and spellings that change nothing."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from dev.fuzz.generator import Case, case

cases = st.builds(case, st.integers(0, 2**40).map(Random))
readable = cases.filter(
    lambda made: isinstance(made.policy, dict) and isinstance(made.policy.get("Statement"), (dict, list))
)


def statements(made: Case) -> list[Any]:
    """The statements of a case's policy as a list."""
    found = made.policy["Statement"]
    return found if isinstance(found, list) else [found]


def with_statements(made: Case, found: list[Any]) -> Case:
    """The same case with other statements."""
    return made._replace(policy={**made.policy, "Statement": found})


def respelled(value: Any, random: Random) -> Any:
    """Another spelling of a policy that means the same: one value alone or in a list, actions in any case."""
    if not isinstance(value, dict):
        return value
    found = {}
    for name, inner in value.items():
        if name in ("Action", "NotAction"):
            found[name] = _lists(_cased(inner, random), random)
        elif name in ("Resource", "NotResource", "AWS", "Service", "Federated", "CanonicalUser"):
            found[name] = _lists(inner, random)
        elif name == "Condition" and isinstance(inner, dict):
            found[name] = {
                _cased(operator, random): {key: _lists(v, random) for key, v in keys.items()}
                if isinstance(keys, dict)
                else keys
                for operator, keys in inner.items()
            }
        elif name == "Statement":
            found[name] = [respelled(s, random) for s in (inner if isinstance(inner, list) else [inner])]
        elif name in ("Principal", "NotPrincipal"):
            found[name] = respelled(inner, random)
        else:
            found[name] = inner
    return found


def _lists(value: Any, random: Random) -> Any:
    if isinstance(value, list):
        return value[0] if len(value) == 1 and isinstance(value[0], (str, bool)) and random.random() < 0.5 else value
    return [value] if isinstance(value, (str, bool)) and random.random() < 0.5 else value


def _cased(value: Any, random: Random) -> Any:
    if isinstance(value, list):
        return [_cased(v, random) for v in value]
    return random.choice((str.upper, str.lower, str.title))(value) if isinstance(value, str) else value
