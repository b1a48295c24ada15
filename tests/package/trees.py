"""Copies of the app's sources, and packages unpacked as an administrator unpacks them."""
import shutil
import subprocess
from pathlib import Path

from dev.package import CONTENTS
from dev.vendor import ROOT


def unpack(package: Path, folder: Path) -> Path:
    """Unpacks into `folder` as into $SPLUNK_HOME/etc/apps, over what is there; the app's folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "xzf", str(package), "-C", str(folder)], check=True)
    return folder / "kmspolicycheck"


def copy_sources(target: Path) -> Path:
    """A copy of what the package is made of, without the rest of the repository."""
    for pattern in CONTENTS:
        for path in ROOT.glob(pattern):
            copy = target / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    return target
