"""Hostile and random input for everything the app reads: `make fuzz`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lib"))  # where the installed app finds its engine, too
