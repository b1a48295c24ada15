"""An AWS account's id as text. Apart from identifiers.py, so that the command's options load no languages.

Source: AWS Organizations API Reference, *Account*.
"""

import re

ACCOUNT_ID = re.compile(r"[0-9]{12}\Z")
