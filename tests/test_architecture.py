"""The layers of the code: imports go down only, Splunk stays in splunk/, tools have no import cycle. Each check can
fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dev import architecture
from dev.vendor import LIB, ROOT

Tree = Callable[..., architecture.Arrows]
APP = architecture.modules("kmspolicy")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """tree(name, {"policy/model": "import csv", …}) writes a package with all layers, and returns its arrows."""

    def write(name: str, sources: dict[str, str]) -> architecture.Arrows:
        for layer in (layer for row in architecture.LAYERS for layer in row if layer != "__init__"):
            (tmp_path / name / layer).mkdir(parents=True)
            (tmp_path / name / layer / "__init__.py").touch()
        (tmp_path / name / "__init__.py").touch()
        for path, source in sources.items():
            (tmp_path / name / f"{path}.py").write_text(source)
        monkeypatch.syspath_prepend(str(tmp_path))
        return architecture.modules(name)

    return write


def test_imports_of_the_app_go_down_only() -> None:
    assert architecture.upward(APP) == []


def test_an_import_that_goes_up_or_sideways_is_named(tree: Tree) -> None:
    arrows = tree(
        "upward",
        {
            "policy/model": "def parse():\n    from ..report import verdict",
            "report/verdict": "from ..policy import model\nfrom . import reasons",
            "report/reasons": "from .. import __doc__",
            "regular/languages": "from .. import budget",
        },
    )
    assert architecture.upward(arrows) == [
        "upward.policy.model -> upward.report.verdict",
        "upward.regular.languages -> upward.budget",
        "upward.report.reasons -> upward",
    ]


def test_a_package_without_a_place_among_the_layers_is_an_error(tree: Tree) -> None:
    with pytest.raises(ValueError, match=r"\['attic'\]"):
        architecture.upward(tree("unplaced", {"attic": ""}))


def test_regular_languages_know_nothing_of_ours() -> None:
    assert architecture.packages(APP)["regular"] == set()


def test_nothing_outside_splunk_names_its_protocol() -> None:
    assert architecture.naming_splunk(LIB / "kmspolicy") == []


def test_a_file_that_names_the_protocol_is_found(tree: Tree, tmp_path: Path) -> None:
    tree("naming", {"events/finder": "# as in\n# a CSV cell", "splunk/rows": "import csv", "policy/model": "# scsv"})
    assert architecture.naming_splunk(tmp_path / "naming") == ["events/finder.py:2: CSV"]


@pytest.mark.parametrize("package", ["kmspolicy", "dev"])
def test_no_module_imports_itself_by_way_of_others(package: str) -> None:
    assert architecture.circle(architecture.modules(package)) == []


def test_a_circle_is_found(tree: Tree) -> None:
    arrows = tree("circle", {"policy/a": "from . import b", "policy/b": "from ..events import c", "events/c": ""})
    assert architecture.circle(arrows) == []
    arrows = tree("circle2", {"policy/a": "from . import b", "policy/b": "from . import a"})
    assert sorted(set(architecture.circle(arrows))) == ["circle2.policy.a", "circle2.policy.b"]


def test_the_picture_is_drawn_from_the_imports() -> None:
    page = architecture.PAGE.read_text("utf-8")
    drawn = architecture.refresh(page, architecture.packages(APP))
    assert page == drawn and "    splunk --> events\n" in drawn, "run: .venv/bin/python -m dev.architecture"


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    named = set(re.findall(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|md|json|conf))`", (ROOT / page).read_text("utf-8")))
    starts = (ROOT, LIB / "kmspolicy", LIB / "kmspolicy" / "events")
    assert len(named) > 10
    named -= {"dist/"}  # which `make package` makes
    assert [name for name in sorted(named) if not any((start / name).exists() for start in starts)] == []


def test_unit_tests_mirror_the_packages() -> None:
    folders = {
        path.name for path in (ROOT / "tests" / "unit").iterdir() if path.is_dir() and path.name != "__pycache__"
    }
    assert folders and folders <= {name for row in architecture.LAYERS for name in row}


def test_the_picture_leaves_out_what_a_longer_way_shows() -> None:
    arrows = {"splunk": {"events", "policy"}, "events": {"policy"}, "policy": set[str]()}
    assert architecture.picture(arrows).splitlines()[2:-1] == ["    events --> policy", "    splunk --> events"]
    assert architecture.floors(arrows) == 3
