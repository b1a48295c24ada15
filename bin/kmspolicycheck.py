"""The search command kmspolicycheck. Python compiles this file at every start, so that all else is in lib/kmspolicy."""
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")
sys.path.insert(0, LIB)

try:
    from kmspolicy.command import KmsPolicyCheckCommand
except ImportError as missing:
    import contextlib
    import json

    reply = json.dumps({"finished": True, "error": (
        f"{missing}: the app's folder lib is not complete here ({LIB}). Search heads send it to their indexers "
        "only with [replicationAllowlist] kmspolicycheck_lib = apps/kmspolicycheck/lib/... in distsearch.conf")})
    with contextlib.suppress(OSError):
        os.write(1, f"chunked 1.0,{len(reply)},0\n{reply}".encode())
    os._exit(1)  # in silence: splunkd copies every word on stderr into search.log

if __name__ == "__main__":
    KmsPolicyCheckCommand().run()
