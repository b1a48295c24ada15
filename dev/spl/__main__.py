"""`python -m dev.spl`: see dev.spl.cli."""
import sys

from dev.spl.cli import main

sys.exit(main())
