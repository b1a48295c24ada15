"""Proof on a real Splunk: `make test-splunk` installs the built app there, sends sample events and runs tests/splunk.
What one sets, what it prints and how to send back a result: docs/splunk-proof.md.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lib"))  # splunk-sdk's client, where `make lib` puts it
