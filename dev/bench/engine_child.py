"""Times the engine alone; runs under the Python to be measured.

stdin: {"mode", "shortcuts", "texts", "seen", "curves"} as JSON.
stdout: seconds of CPU time as JSON, {"loads": […], "analyze": […], "seen": {size: …}, "curves": {name: {n: …}}}.
"""

import json
import sys
from statistics import median
from time import thread_time_ns

sys.path.insert(0, sys.argv[1])
from kmspolicy import KeyFacts, analyze
from kmspolicy.report import shortcuts

KEY = KeyFacts(
    account="111122223333", region="us-east-1", key_id="0d990263-018e-4e65-a703-eff731de951e", event_time=1762000000.0
)
REPEATS = 50


def flagged(text):
    """What the command reads for show=flagged: of most policies only that they are not."""
    return analyze(text, key=KEY).flagged and summary(text)


def summary(text):
    """What the command reads for a row of mode=summary."""
    found = analyze(text, key=KEY)
    witness = found.witness and found.witness.text(KEY)
    return found.audience, found.flagged, found.granted, found.reasons, witness, found.encrypt_only, found.hash


def expand(text):
    """What the command reads for the rows of mode=expand."""
    found = analyze(text, key=KEY)
    return [
        (
            s.statement.number,
            s.text,
            s.statement.sid,
            s.statement.allow,
            s.statement.actions_written,
            s.statement.principals.written,
            s.statement.conditions_written,
            s.audience,
            s.flagged,
            s.granted,
            s.reasons,
            s.witness and s.witness.text(KEY),
            found.encrypt_only,
            found.hash,
        )
        for s in found.statements
    ]


def timed(function, text):
    """CPU seconds of this thread that function(text) takes."""
    begun = thread_time_ns()
    function(text)
    return (thread_time_ns() - begun) / 1e9


def seen_before(read, texts):
    """The median for texts that were analysed before, in turn, each time as a new str: events never share theirs."""
    for text in texts:
        read(text)
    return median(timed(read, "".join((text[:9], text[9:]))) for _ in range(REPEATS) for text in texts)


def main():
    """Reads what to measure from stdin as JSON, and writes the times to stdout as JSON."""
    asked = json.load(sys.stdin)
    shortcuts.ENABLED = asked["shortcuts"]
    read = {"show=flagged": flagged, "mode=summary": summary, "mode=expand": expand}[asked["mode"]]
    read('{"Statement":[]}')
    loads = [timed(json.loads, text) for text in asked["texts"]]
    json.dump(
        {
            "loads": loads,
            "analyze": [timed(read, text) for text in asked["texts"]],
            "seen": {size: seen_before(read, texts) for size, texts in asked["seen"].items()},
            "curves": {
                name: {n: timed(read, text) for n, text in texts.items()} for name, texts in asked["curves"].items()
            },
        },
        sys.stdout,
    )


main()
