"""splunklib's search commands without its REST client, which would be a third of the CPU time of a start.

A streaming command never calls the client, and without it no code for networks (ssl, http) is loaded. Only the property
`service` of splunklib's commands needs it. Checked with the versions below; any other is loaded whole.
"""

from __future__ import annotations

import sys

import splunklib

_CHECKED = ("2.1.1",)
_CLIENT = "splunklib.client"

if splunklib.__version__ in _CHECKED:
    sys.modules[_CLIENT] = type(sys)(_CLIENT)
    setattr(sys.modules[_CLIENT], "Service", None)  # noqa: B010 (mypy knows no such attribute of a module)

from splunklib.searchcommands import Configuration, StreamingCommand  # noqa: E402

__all__ = ["Configuration", "StreamingCommand"]
