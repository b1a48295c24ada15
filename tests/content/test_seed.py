"""The recipe of the page fills the inventory with policies that were read, and overrules no event."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dev.spl import run_search
from tests.content.inventory import DAY, HOUR, NOW, STATEMENTS, arn, call, write, written
from tests.content.shipped import APP, INVENTORY, read_lookup, write_lookups

pytestmark = pytest.mark.slow

PAGE = (APP / "docs" / "detections.md").read_text(encoding="utf-8")


def seed(folder: Path, policies: Mapping[str, Any], at: int = 0, **options: Any) -> dict[str, dict[str, str]]:
    """Runs the recipe of the page on policies that were read at NOW + at; the file that it left, by key."""
    recipe = PAGE[PAGE.index("    | inputlookup kms_key_policies.csv") :].split("\n\n")[0]
    rows = [
        {"key": arn(key), "policy": policy if isinstance(policy, str) else written(policy), "at": str(NOW + at)}
        for key, policy in policies.items()
    ]
    write_lookups(folder, {"kms_key_policies.csv": rows})
    run_search(recipe, lookups=folder, **{"now": NOW, **options})
    return {row["key_policy_key"]: row for row in read_lookup(folder, INVENTORY)}


def test_the_recipe_of_the_page_seeds_the_inventory(tmp_path: Path) -> None:
    named = {"k-1": "open", "k-2": "closed", "k-4": "read in part"}
    write([call("PutKeyPolicy", -DAY, "closed", key="k-3")], tmp_path)
    rows = seed(tmp_path, {key: STATEMENTS[name] for key, name in named.items()}, now=NOW + HOUR)
    assert {key: row["key_policy_open_now"] for key, row in rows.items()} == {
        arn("k-1"): "true",
        arn("k-2"): "false",
        arn("k-3"): "false",
        arn("k-4"): "unknown",
    }
    assert rows[arn("k-1")]["key_policy_actor"] == "unknown"
    later = write([call("PutKeyPolicy", HOUR, "closed")], tmp_path, now=2 * HOUR)
    assert later[arn("k-1")]["key_policy_open_now"] == "false"
    assert later[arn("k-2")]["key_policy_known_since"] == str(NOW)
    assert later[arn("k-4")]["key_policy_open_now"] == "unknown" and later[arn("k-4")]["key_policy_unread_error"]


@pytest.mark.parametrize("policy", ["", "An error occurred (AccessDeniedException)", '{"Version":"2012-10-17","Stat'])
def test_a_policy_that_the_seed_cannot_read_makes_its_key_unknown(policy: str, tmp_path: Path) -> None:
    row = seed(tmp_path, {"k-1": policy})[arn("k-1")]
    assert row["key_policy_open_now"] == "unknown" and row["key_policy_unread_error"]


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")
def test_the_commands_of_the_page_write_a_row_for_each_key(tmp_path: Path) -> None:
    """Played with an AWS CLI that lists three keys: one readable, one that may not be read, one without a policy."""
    answers = {"k-1": json.dumps({"Policy": written(STATEMENTS["open"])}), "k-3": "{}"}
    lines = ["#!/bin/sh", 'case "$*" in', f"*list-keys*) echo {' '.join(map(arn, ('k-1', 'k-2', 'k-3')))};;"]
    lines += [f"*{arn(key)}*) cat <<'END'\n{answer}\nEND\n;;" for key, answer in answers.items()]
    (tmp_path / "aws").write_text("\n".join([*lines, "*) exit 254;;", "esac"]), encoding="utf-8")
    (tmp_path / "aws").chmod(0o755)
    commands = PAGE[PAGE.index("    for id in $(aws kms list-keys") :].split("\n\n")[0]
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", "-c", commands], cwd=tmp_path, env={**os.environ, "PATH": path}, check=True)
    rows = {row["key"]: row["policy"] for row in read_lookup(tmp_path, "kms_key_policies.csv")}
    assert rows == {arn("k-1"): written(STATEMENTS["open"]), arn("k-2"): "", arn("k-3"): ""}


def test_the_seed_fills_the_inventory_before_its_first_run(tmp_path: Path) -> None:
    assert seed(tmp_path, {"k-1": STATEMENTS["open"]})[arn("k-1")]["key_policy_open_now"] == "true"


def test_the_seed_enables_no_key_that_is_known_to_be_disabled(tmp_path: Path) -> None:
    write([call("PutKeyPolicy", -9 * HOUR, "open"), call("DisableKey", -8 * HOUR)], tmp_path)
    row = seed(tmp_path, {"k-1": STATEMENTS["open"]})[arn("k-1")]
    assert (row["key_policy_state"], row["key_policy_open_now"]) == ("disabled", "false")
    assert row["key_policy_open_since"] == str(NOW - 9 * HOUR)


def test_the_seed_wins_over_nothing_that_was_set_since_it_was_read(tmp_path: Path) -> None:
    write([call("PutKeyPolicy", -HOUR, "closed")], tmp_path)
    row = seed(tmp_path, {"k-1": STATEMENTS["open"]}, at=-2 * HOUR)[arn("k-1")]
    assert (row["key_policy_open_now"], row["key_policy_changed"]) == ("false", str(NOW - HOUR))


def test_the_seed_names_outside_parties_and_lists_actions_as_events_do(tmp_path: Path) -> None:
    partner = {
        "Effect": "Allow",
        "Principal": {"AWS": ["222233334444", "444455556666"]},
        "Action": ["kms:Encrypt", "kms:GenerateDataKey"],
        "Resource": "*",
    }
    statements = [*STATEMENTS["closed"], partner]
    event = call("PutKeyPolicy", -HOUR, "closed")
    assert isinstance(event.raw, dict)
    event.raw["requestParameters"]["policy"] = json.dumps({"Version": "2012-10-17", "Statement": statements})
    told = write([event], tmp_path)[arn("k-1")]
    (tmp_path / INVENTORY).unlink()
    seeded = seed(tmp_path, {"k-1": statements})[arn("k-1")]
    for column in ("key_policy_outside", "key_policy_granted", "key_policy_reason", "key_policy_severity"):
        assert seeded[column] == told[column]
    assert seeded["key_policy_outside"] == "222233334444, 444455556666"
