"""A new version unpacked over an installed one: what the customer made stays and still takes effect, what the app
brings is new. And an app that was just installed, without any lookup file: its searches run all the same.
"""

import json
import shutil
from pathlib import Path

import pytest

from dev.package import build
from dev.spl import run_saved
from dev.spl.saved import saved_searches
from tests.content.inventory import DAY, HOUR, NEWLY_OPEN, NOW, WRITER, arn, call
from tests.package.trees import copy_sources, unpack

pytestmark = pytest.mark.slow

OPENED = "KMS - Key Policy Lets Everyone Encrypt - Rule"
EVENTS = [
    call("PutKeyPolicy", -20 * DAY, "open"),
    call("PutKeyPolicy", -HOUR // 2, "open", user="bob"),
    call("PutKeyPolicy", -HOUR // 2, "open", key="k-2", user="carol"),
    call("PutKeyPolicy", -HOUR // 2, "open", key="k-3", user="dave"),
]
ALLOWLIST = f"key,account,actor,until,tenant,reason,owner\n{arn('k-2')},*,*,never,*,agreed,security team\n"
CUSTOMERS = {
    "local/app.conf": "[install]\nstate = enabled\n",
    "local/macros.conf": "[kmspolicycheck_key_policy_lets_everyone_encrypt_filter]\n"
    "definition = search NOT user=dave\n",
    "local/transforms.conf": "[kmspolicycheck_allowlist]\nfilename = our_allowlist.csv\n",
    "local/savedsearches.conf": "[mine]\nsearch = index=main\n",
    "local/data/ui/views/mine.xml": "<dashboard/>\n",
    "lookups/our_allowlist.csv": ALLOWLIST,
    "metadata/local.meta": "[macros/kmspolicycheck_index]\nexport = system\n",
}


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of an older version, whose own files differ from those of the new one."""
    root = copy_sources(tmp_path_factory.mktemp("older"))
    manifest = json.loads((root / "app.manifest").read_text("utf-8"))
    manifest["info"]["id"]["version"] = "0.9.0"
    (root / "app.manifest").write_text(json.dumps(manifest), "utf-8")
    return build(tmp_path_factory.mktemp("older-dist"), root)


def found(app: Path, detection: str) -> list[str]:
    """Who made the changes that a detection finds, by the app's own lookups."""
    rows = run_saved(detection, EVENTS, app=app, lookups=app / "lookups", now=NOW).rows
    return sorted(str(row["user"]) for row in rows)


def files(app: Path) -> dict[str, bytes]:
    return {path.relative_to(app).as_posix(): path.read_bytes() for path in app.rglob("*") if path.is_file()}


def test_local_changes_and_lookups_survive_an_upgrade_and_take_effect(
    package: Path, older: Path, tmp_path: Path
) -> None:
    app = unpack(older, tmp_path / "apps")
    assert "version = 0.9.0" in (app / "default" / "app.conf").read_text("utf-8")
    assert (found(app, OPENED), found(app, NEWLY_OPEN)) == (["bob", "carol", "dave"], ["bob", "carol", "dave"])
    for name, text in CUSTOMERS.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text, "utf-8")
    run_saved(WRITER, EVENTS[:1], app=app, lookups=app / "lookups", now=NOW)
    before = files(app)

    assert unpack(package, tmp_path / "apps") == app

    after = files(app)
    theirs = [*CUSTOMERS, "lookups/kmspolicycheck_inventory.csv"]
    assert {name: after[name] for name in theirs} == {name: before[name] for name in theirs}
    assert after.keys() == before.keys() and after["default/app.conf"] != before["default/app.conf"]
    assert "mine" in saved_searches(app)
    assert found(app, OPENED) == ["bob"], "dave is filtered by the local macro, carol's key is in the local allowlist"
    assert found(app, NEWLY_OPEN) == ["dave"], "the inventory from before the upgrade knows that bob's key was open"
    run_saved(WRITER, EVENTS, app=app, lookups=app / "lookups", now=NOW)
    inventory = (app / "lookups" / "kmspolicycheck_inventory.csv").read_text("utf-8")
    assert [arn(key) in inventory for key in ("k-1", "k-2", "k-3")] == [True] * 3
    assert (app / "lookups" / "our_allowlist.csv").read_text("utf-8") == ALLOWLIST


@pytest.fixture
def first_use(app: Path, tmp_path: Path) -> Path:
    """The app with no lookup file at all, not even the example."""
    installed = shutil.copytree(app, tmp_path / "kmspolicycheck")
    shutil.rmtree(installed / "lookups")
    return installed


@pytest.mark.parametrize("name", list(saved_searches()))
def test_every_shipped_search_runs_at_first_use_without_a_lookup_file(name: str, first_use: Path) -> None:
    for events in ([], EVENTS):
        rows = run_saved(name, events, app=first_use, lookups=first_use / "lookups", now=NOW).rows
        assert rows or not events or name not in (OPENED, NEWLY_OPEN, WRITER, "KMS - Setup check")


def test_the_first_use_fills_the_inventory_that_the_next_uses(first_use: Path) -> None:
    assert found(first_use, NEWLY_OPEN) == ["bob", "carol", "dave"]
    run_saved(WRITER, EVENTS[:1], app=first_use, lookups=first_use / "lookups", now=NOW)
    assert [path.name for path in (first_use / "lookups").iterdir()] == ["kmspolicycheck_inventory.csv"]
    assert found(first_use, NEWLY_OPEN) == ["carol", "dave"]
