"""Runs the app's SPL on a laptop: a local approximation of Splunk for exactly the commands that the app uses.
The interface is described in dev/spl/README.md.
"""

from dev.spl.errors import SplError
from dev.spl.events import Event
from dev.spl.runner import Results, run_saved, run_search

__all__ = ["Event", "Results", "SplError", "run_saved", "run_search"]
