"""The package as a file: the same bytes every time, nothing of development in it, an app's modes and owner."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from dev.package import PackageError, archive, contents, read_version
from dev.vendor import ROOT, pinned
from tests.package.trees import copy_sources

EXPECTED = {
    "LICENSE",
    "NOTICE",
    "README.md",
    "SECURITY.md",
    "app.manifest",
    "bin/kmspolicycheck.py",
    "default/app.conf",
    "default/commands.conf",
    "default/distsearch.conf",
    "default/savedsearches.conf",
    "default/macros.conf",
    "default/transforms.conf",
    "default/searchbnf.conf",
    "default/data/ui/nav/default.xml",
    "default/data/ui/views/kms_key_policy_help.xml",
    "lib/kmspolicy/__init__.py",
    "lib/splunklib/searchcommands/streaming_command.py",
    "metadata/default.meta",
    "static/appIcon.png",
    "static/appIcon_2x.png",
    "static/appIconAlt.png",
    "static/appIconAlt_2x.png",
}


def members(package: Path) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(package) as tar:
        return {member.name: member for member in tar}


def test_another_place_time_zone_and_umask_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "dev", tmp_path / "dev", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    copy_sources(tmp_path)
    shutil.copyfile(ROOT / "lib" / "requirements.txt", tmp_path / "lib" / "requirements.txt")
    environment = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONPATH": ""}
    ran = subprocess.run(
        ["sh", "-c", 'umask 077; exec "$0" -m dev.package', sys.executable],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    again = tmp_path / ran.stdout.splitlines()[-1]
    written = sorted(path.name for path in package.parent.iterdir())
    assert sorted(path.name for path in again.parent.iterdir()) == written
    for name in written:
        assert (again.parent / name).read_bytes() == (package.parent / name).read_bytes(), name


def test_everything_is_below_one_folder_with_the_modes_and_the_owner_of_an_app(package: Path) -> None:
    for name, member in members(package).items():
        assert name == "kmspolicycheck" or name.startswith("kmspolicycheck/")
        assert member.isdir() or member.isfile(), f"{name} is neither a file nor a folder"
        executable = member.isdir() or name.startswith("kmspolicycheck/bin/")
        assert (name, oct(member.mode)) == (name, oct(0o755 if executable else 0o644))
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "root", "root")


def test_it_holds_the_app_and_nothing_of_development(package: Path) -> None:
    files = {name.partition("/")[2] for name, member in members(package).items() if member.isfile()}
    assert files >= EXPECTED
    tops = {name.partition("/")[0] for name in files if "/" in name}
    assert tops == {"bin", "default", "docs", "lib", "lookups", "metadata", "static"}
    for name in files:
        parts = name.split("/")
        assert not any(part.startswith(".") or part in ("local", "tests", "__pycache__") for part in parts), name
        assert not name.endswith((".pyc", ".pyo", ".so", "local.meta", "limits.conf")), name


def test_what_is_forgotten_or_missing_stops_the_build(tmp_path: Path) -> None:
    root = copy_sources(tmp_path)
    contents(root, read_version(root))
    (root / "default" / "inputs.json").write_text("{}")
    with pytest.raises(PackageError, match=r"default/inputs\.json"):
        contents(root, read_version(root))
    (root / "default" / "inputs.json").unlink()
    (root / "bin" / "kmspolicycheck.py").unlink()
    with pytest.raises(PackageError, match=r"bin/kmspolicycheck\.py"):
        contents(root, read_version(root))


def test_the_checksums_are_those_of_package_and_sbom(package: Path) -> None:
    (listed,) = package.parent.glob("*.sha256")
    sums = dict(reversed(line.split("  ")) for line in listed.read_text().splitlines())
    assert sums == {name: hashlib.sha256((package.parent / name).read_bytes()).hexdigest() for name in sums}
    assert sorted(sums) == sorted(path.name for path in package.parent.iterdir() if path != listed)


def test_the_sbom_is_valid_and_names_the_app_and_its_third_party(package: Path, app: Path) -> None:
    (path,) = package.parent.glob("*.cdx.json")
    text = path.read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bom = json.loads(text)
    described = bom["metadata"]["component"]
    assert (described["name"], described["version"]) == ("kmspolicycheck", read_version().version)
    assert described["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(package.read_bytes()).hexdigest()}]
    assert [component["purl"] for component in bom["components"]] == [f"pkg:pypi/splunk-sdk@{pinned().version}"]
    folders = {entry.name for entry in (app / "lib").iterdir()}
    assert folders == {"kmspolicy", "splunklib", f"splunk_sdk-{pinned().version}.dist-info"}


def test_python_never_runs_a_stale_pyc_after_an_upgrade(tmp_path: Path) -> None:
    version = read_version()
    for value in (1, 2):  # the same size, so that only the file's time tells the two apart
        (tmp_path / "package.tar.gz").write_bytes(archive({"lib/m.py": b"print(%d)\n" % value}, version))
        subprocess.run(["tar", "xzf", "package.tar.gz"], cwd=tmp_path, check=True)
        ran = subprocess.run(
            [sys.executable, "-c", "import m"],
            cwd=tmp_path / "kmspolicycheck" / "lib",
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
            capture_output=True,
            text=True,
        )
        assert ran.stdout == f"{value}\n"
    assert list(tmp_path.glob("kmspolicycheck/lib/__pycache__/m.*.pyc")), "no .pyc was written: nothing was tested"
