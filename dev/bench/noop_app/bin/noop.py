"""A streaming command that does nothing, in the form that Splunk's own examples have: the bench's yardstick."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from splunklib.searchcommands import Configuration, StreamingCommand, dispatch


@Configuration()
class NoopCommand(StreamingCommand):  # type: ignore[misc]
    """Answers each record with itself."""

    def stream(self, records):
        """Every row as it came."""
        return records


dispatch(NoopCommand, sys.argv, sys.stdin, sys.stdout, __name__)
