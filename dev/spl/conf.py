"""Reads Splunk's .conf files: stanzas of settings, values continued over lines that end in a backslash.
The form is that of the Admin Manual, "Configuration file structure and syntax".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

Conf = dict[str, dict[str, str]]
"""Stanza name -> setting -> value."""


def app_conf(app: Path, name: str) -> Conf:
    """A conf file of an app as it takes effect: what the app ships, and over it what its users set in local/.

    Source: Admin Manual, "Configuration file precedence".
    """
    stanzas = read_conf(app / "default" / f"{name}.conf")
    for stanza, settings in read_conf(app / "local" / f"{name}.conf").items():
        stanzas.setdefault(stanza, {}).update(settings)
    return stanzas


def read_conf(path: Path) -> Conf:
    """The stanzas of one file, in their order; a file that does not exist has none. ValueError names a bad line."""
    stanzas: Conf = {}
    if not path.exists():
        return stanzas
    settings: dict[str, str] = {}
    for number, line in _logical_lines(path.read_text(encoding="utf-8")):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith("["):
            settings = stanzas.setdefault(line.strip()[1:-1], {})
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"{path}:{number}: neither a stanza nor a setting: {line!r}")
        settings[key.strip()] = value.strip()
    return stanzas


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, joined with those that follow a backslash at its end."""
    lines = iter(enumerate(text.splitlines(), 1))
    for number, first in lines:
        joined = first
        while joined.endswith("\\") and not first.lstrip().startswith("#"):
            joined = joined[:-1] + "\n" + next(lines, (number, ""))[1]
        yield number, joined
