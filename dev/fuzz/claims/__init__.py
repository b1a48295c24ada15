"""When a reason is true: the reference judges the element that it names by itself.

CLAIMS is a table by the reason's code. An entry lists the details of every reason of that code that is true of a
statement; what the engine says must be among them. A condition is judged as the statement's only one, a Deny as the
only one beside the statement. From docs/threat-model.md, *Reasons*, and the sentences in kmspolicy.report.sentences.
"""

from __future__ import annotations

from dev.fuzz.claims import actions, conditions, denies, never_holds, principals
from dev.fuzz.judge import Claim
from kmspolicy import Code

CLAIMS: dict[Code, Claim] = {
    **principals.CLAIMS,
    **conditions.CLAIMS,
    **never_holds.CLAIMS,
    **denies.CLAIMS,
    **actions.CLAIMS,
}
