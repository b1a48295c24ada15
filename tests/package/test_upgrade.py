"""A new version unpacked over an installed one: what the customer made stays, what the app brings is new."""
import json
from pathlib import Path

from dev.package import build
from tests.package.trees import copy_sources, unpack

CUSTOMERS = {
    "local/app.conf": "[install]\nstate = enabled\n",
    "local/macros.conf": "[kmspolicycheck_index]\ndefinition = index=aws\n",
    "local/savedsearches.conf": "[mine]\nsearch = x\n",
    "local/data/ui/views/mine.xml": "<dashboard/>\n",
    "lookups/kmspolicycheck_allowlist.csv": "key,account,actor,until,tenant,reason,owner\n",
    "lookups/kmspolicycheck_inventory.csv": "key\narn:aws:kms:us-east-1:111122223333:key/1\n",
    "metadata/local.meta": "[macros/kmspolicycheck_index]\nexport = system\n",
}


def test_local_changes_and_lookups_survive_an_upgrade(package: Path, tmp_path: Path) -> None:
    root = copy_sources(tmp_path / "older")
    manifest = json.loads((root / "app.manifest").read_text("utf-8"))
    manifest["info"]["id"]["version"] = "0.9.0"
    (root / "app.manifest").write_text(json.dumps(manifest), "utf-8")
    app = unpack(build(tmp_path / "dist", root), tmp_path / "apps")
    assert "version = 0.9.0" in (app / "default" / "app.conf").read_text("utf-8")
    for name, text in CUSTOMERS.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text, "utf-8")

    assert unpack(package, tmp_path / "apps") == app

    assert {name: (app / name).read_text("utf-8") for name in CUSTOMERS} == CUSTOMERS
    assert "version = 0.9.0" not in (app / "default" / "app.conf").read_text("utf-8")
