"""Packages unpacked as an administrator unpacks them, their conf files, and copies of the app's sources."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

from dev.help import PAGES
from dev.package import CONTENTS
from dev.vendor import ROOT


def unpack(package: Path, folder: Path) -> Path:
    """Unpacks into `folder` as into $SPLUNK_HOME/etc/apps, over what is there; the app's folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "xzf", str(package), "-C", str(folder)], check=True)
    return folder / "kmspolicycheck"


def read_conf(path: Path) -> dict[str, dict[str, str]]:
    """Stanzas of a .conf or .meta file; raises configparser.Error for a stanza or a setting that stands there twice."""
    parser = configparser.ConfigParser(
        delimiters=("=",), comment_prefixes=("#",), interpolation=None, strict=True, empty_lines_in_values=False
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    text = path.read_text("utf-8").replace("[]", "[all]")  # [] is every object of a .meta file
    parser.read_string(re.sub(r"\\\n\s*", " ", text), path.name)
    return {name: dict(parser[name]) for name in parser.sections()}


def copy_sources(target: Path) -> Path:
    """A copy of what the package is made of, without the rest of the repository."""
    for pattern in (*CONTENTS, *PAGES):
        for path in ROOT.glob(pattern):
            copy = target / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    return target
