"""Everything around the app: build, demo, local search runner, dashboards, benches, fuzzing. Nothing here ships."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))  # where the installed app finds its engine, too
