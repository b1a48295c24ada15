"""Regular expressions as Splunk takes them: PCRE, by the PCRE2 library itself.
Rules: Search Manual, "SPL and regular expressions".
"""

from __future__ import annotations

import re
from functools import lru_cache

import pcre2

from dev.spl.errors import SplError

_GROUP = re.compile(r"\\(\d)")


@lru_cache(maxsize=256)
def compile_regex(text: str) -> pcre2.Pattern[str]:
    """The compiled expression; SplError for one that PCRE refuses."""
    try:
        return pcre2.compile(text)
    except pcre2.PatternError as error:
        raise SplError(f"not a regular expression: {error}") from None


def substitute(regex: str, replacement: str, text: str) -> str:
    """The text with every match replaced; `\\1` in the replacement is the first group."""

    def fill(match: pcre2.Match[str]) -> str:
        return _GROUP.sub(lambda group: match.group(int(group[1])) or "", replacement)

    return str(compile_regex(regex).sub(fill, text))
