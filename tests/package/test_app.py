"""The package as an app: confs parse, the version is one, sharing and bundle replication cover what they must."""

import fnmatch
import json
import re
import struct
from pathlib import Path
from urllib.parse import quote

import pytest

from dev.package import CONTENTS
from dev.vendor import ROOT
from tests.package.trees import read_conf

CONFS = {
    "analyticstories",
    "app",
    "commands",
    "distsearch",
    "eventtypes",
    "macros",
    "props",
    "savedsearches",
    "searchbnf",
    "server",
    "tags",
    "transforms",
    "workflow_actions",
}


def test_every_conf_parses_without_a_stanza_or_setting_twice(app: Path) -> None:
    paths = sorted(app.glob("default/*.conf"))
    assert {path.stem for path in paths} <= CONFS, "a conf file that the README and SECURITY.md do not account for"
    for path in [*paths, app / "metadata" / "default.meta"]:
        assert read_conf(path), path.name


def test_the_version_is_the_same_everywhere(app: Path) -> None:
    version = json.loads((ROOT / "app.manifest").read_text("utf-8"))["info"]["id"]["version"]
    conf = read_conf(app / "default" / "app.conf")
    manifest = json.loads((app / "app.manifest").read_text("utf-8"))
    assert [conf["id"]["version"], conf["launcher"]["version"], manifest["info"]["id"]["version"]] == [version] * 3
    assert conf["install"]["build"].isdigit()
    assert "@" not in (app / "default" / "app.conf").read_text("utf-8").split("[id]")[1]


def test_the_apps_names_agree(app: Path) -> None:
    conf = read_conf(app / "default" / "app.conf")
    manifest = json.loads((app / "app.manifest").read_text("utf-8"))["info"]
    assert {conf["id"]["name"], conf["package"]["id"], manifest["id"]["name"]} == {app.name}
    assert conf["ui"]["label"] == manifest["title"]
    assert conf["launcher"]["description"] == manifest["description"]
    assert len(conf["launcher"]["description"]) <= 200


def test_the_command_is_declared_for_protocol_v2_and_both_pythons(app: Path) -> None:
    command = read_conf(app / "default" / "commands.conf")["kmspolicycheck"]
    assert (app / "bin" / command["filename"]).is_file()
    assert command == {
        "filename": "kmspolicycheck.py",
        "chunked": "true",
        "python.version": "python3",
        "python.required": "3.9, 3.13",
    }


def test_the_search_assistant_knows_every_option(app: Path) -> None:
    bnf = read_conf(app / "default" / "searchbnf.conf")
    command, options = bnf["kmspolicycheck-command"], bnf["kmspolicycheck-options"]["syntax"]
    for option in ("actions", "mode", "show", "account", "prefix", "raw"):
        assert f"({option}=" in options and f"({option}=" in command["simplesyntax"]
        assert option.upper() in command["description"]
    numbers = [key[len("example") :] for key in command if key.startswith("example")]
    assert numbers == [key[len("comment") :] for key in command if key.startswith("comment")]
    assert all("| kmspolicycheck" in command[f"example{number}"] for number in numbers)


def test_the_knowledge_bundle_carries_the_code_and_leaves_the_inventory(app: Path) -> None:
    conf = read_conf(app / "default" / "distsearch.conf")

    def listed(stanza: str, path: str) -> bool:
        # in these patterns `...` is anything and `*` anything within a folder; ours use `...` alone
        return any(fnmatch.fnmatchcase(path, pattern.replace("...", "*")) for pattern in conf[stanza].values())

    code = [f"apps/{app.name}/{path.relative_to(app).as_posix()}" for path in (app / "lib").rglob("*.py")]
    assert code and all(listed("replicationAllowlist", path) for path in code)
    assert not listed("replicationAllowlist", "apps/another_app/lib/secret.py")
    inventory = read_conf(app / "default" / "transforms.conf")["kmspolicycheck_inventory"]["filename"]
    assert listed("replicationDenylist", f"apps/{app.name}/lookups/{inventory}")
    assert not any(listed("replicationDenylist", path) for path in code)


def test_no_search_writes_a_lookup_file_that_an_upgrade_replaces(app: Path) -> None:
    shipped = {path.name for path in (app / "lookups").iterdir()}
    assert shipped and all(name.endswith("_example.csv") for name in shipped)
    files = {name: lookup["filename"] for name, lookup in read_conf(app / "default" / "transforms.conf").items()}
    searches = [search.get("search", "") for search in read_conf(app / "default" / "savedsearches.conf").values()]
    macros = [macro.get("definition", "") for macro in read_conf(app / "default" / "macros.conf").values()]
    outputlookup = re.compile(r"outputlookup [^|]*?([\w.]+)\s*(?:\||$)")
    written = {found for text in searches + macros for found in outputlookup.findall(text)}
    assert written and not {files.get(name, name) for name in written} & shipped


def test_sharing_exports_our_macros_and_not_the_published_rules(app: Path) -> None:
    meta = read_conf(app / "metadata" / "default.meta")
    assert meta["all"]["access"] == "read : [ * ], write : [ admin, sc_admin ]" and "export" not in meta["all"]
    exported = {name for name in meta if meta[name].get("export") == "system"}
    macros = read_conf(app / "default" / "macros.conf")
    ours = {"macros/" + quote(name, safe="") for name in macros if name.startswith("kmspolicycheck")}
    assert ours and {name for name in exported if name.startswith("macros/")} == ours
    assert {name for name in exported if "/" not in name} == {
        "analyticstories",
        "commands",
        "eventtypes",
        "lookups",
        "searchbnf",
        "tags",
        "transforms",
        "workflow_actions",
    }


@pytest.mark.parametrize(
    ("name", "size"), [("appIcon", 36), ("appIcon_2x", 72), ("appIconAlt", 36), ("appIconAlt_2x", 72)]
)
def test_icons_are_png_files_of_the_size_that_splunk_web_shows(app: Path, name: str, size: int) -> None:
    head = (app / "static" / f"{name}.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:]) == (size, size)


def test_licences_and_credit_are_inside(app: Path) -> None:
    licence = (app / "LICENSE").read_text("utf-8")
    assert "Apache License" in licence and "Version 2.0" in licence
    (third_party,) = app.glob("lib/*.dist-info")
    assert (third_party / "licenses" / "LICENSE").read_text("utf-8") == licence
    assert "License: http://www.apache.org/licenses/LICENSE-2.0" in (third_party / "METADATA").read_text("utf-8")
    notice = (app / "NOTICE").read_text("utf-8")
    for credit in ("Rod Soto", "Patrick Bareiss", "c79c164f-4b21-4847-98f9-cf6a9f49179e", "splunk-sdk 2.1.1"):
        assert credit in notice


@pytest.mark.parametrize("page", sorted(path for path in CONTENTS if path.endswith(".md")))
def test_the_pages_inside_are_for_whoever_installed_the_app(app: Path, page: str) -> None:
    text = (app / page).read_text("utf-8")
    assert "repository -->" not in text and ("make demo" not in text or page.startswith("docs/"))
    assert "## Install" in text or page != "README.md"
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    assert [link for link in links if not (app / page).parent.joinpath(link).is_file()] == []
    named = re.findall(r"\(([\w./-]+) in the project's repository\)", text)
    assert [path for path in named if not (ROOT / path).exists() or (app / path).exists()] == []


def test_every_page_that_a_user_is_sent_to_is_inside(app: Path) -> None:
    view = (app / "default/data/ui/views/kms_key_policy_help.xml").read_text("utf-8")
    texts = [(app / page).read_text("utf-8") for page in ("README.md", "SECURITY.md")]
    assert re.findall(r"\([\w./-]+ in the project's repository\)", "".join(texts)) == []
    named = set(re.findall(r"[\w./-]+\.md\b", "".join([view, *texts])))
    assert (
        named > {"docs/threat-model.md", "CHANGELOG.md"}
        and [page for page in named if not (app / page).is_file()] == []
    )
