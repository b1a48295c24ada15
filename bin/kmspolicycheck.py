"""The search command kmspolicycheck. Python compiles this file at every start, so that all else is in lib/kmspolicy.

Python 2.7 and all since can read it, so that a Python that is too old gets a clear message.
"""

import os
import signal
import sys

LIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")


def refuse(message):
    """Ends the search with `Error in 'kmspolicycheck' command: <message>`; status 1.

    `error` is the protocol's own word for the end; splunklib can only add messages to a reply that goes on. stderr
    stays silent, since splunkd copies every word on it into search.log, unless there is no stdout for the message.
    """
    import errno
    import json

    reply = json.dumps({"finished": True, "error": message})
    try:
        os.write(1, ("chunked 1.0," + str(len(reply)) + ",0\n" + reply).encode("ascii"))
    except OSError as error:
        if error.errno != errno.EPIPE:  # nobody reads it: the search was cancelled
            os.write(2, ("kmspolicycheck: " + message + "\n").encode("ascii", "replace"))
    finally:
        os._exit(1)  # not sys.exit, on which splunklib would send replies of its own


def refuse_first(message):
    """The same before anything was read: splunkd could fail to write a request that nobody reads and miss the reply."""
    try:
        stdin = os.fdopen(0, "rb")
        stdin.read(sum(int(size) for size in stdin.readline().split(b",")[1:3]))
    finally:
        refuse(message)


def missing(fault):
    """The message about a file of lib/ that is missing or cut short, and about the setting that replicates it."""
    return (
        str(fault) + ": the knowledge bundle lacks the app's folder lib or part of it (" + LIB + "). Search heads "
        "send it to indexers only with [replicationAllowlist] kmspolicycheck_lib = apps/kmspolicycheck/lib/... in "
        "distsearch.conf"
    )


signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends it without the traceback of Python's own handler, as SIGTERM does
if sys.version_info < (3, 9):  # noqa: UP036 (any Python may be set in commands.conf, or be all that a Splunk has)
    refuse_first("Python 3.9 or later is needed, which Splunk has since 9.3; this is Python " + sys.version.split()[0])
if sys.stdout is None:
    refuse("standard output is closed")
if sys.stdin is None:
    refuse("standard input is closed")

sys.path.insert(0, LIB)
try:
    from kmspolicy.splunk.command import KmsPolicyCheckCommand
except (ImportError, SyntaxError, ValueError) as fault:
    refuse_first(missing(fault))
except Exception as fault:
    refuse_first("the command cannot be loaded: " + type(fault).__name__ + ": " + " ".join(str(fault).split()))

if __name__ == "__main__":
    KmsPolicyCheckCommand(refuse, missing).run()
