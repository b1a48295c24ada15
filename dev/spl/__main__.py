"""`python -m dev.spl`: see dev.spl.cli."""

import os
import sys

from dev.spl.cli import main

try:
    status = main()
    sys.stdout.flush()
except BrokenPipeError:  # the reader of the pipe has gone, as `head` does when it has enough
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    status = 1
sys.exit(status)
