"""Peers for the tests of dev/splunkd.py: search commands of a few lines, each an app folder of its own."""

import pytest

PREAMBLE = '''
import re, sys, time

def ask():
    """(metadata, body) of the next request; ends the process with the input, as splunklib does."""
    header = sys.stdin.buffer.readline()
    if not header:
        sys.exit(0)
    sizes = [int(n) for n in re.findall(rb",(\\d+)", header)]
    return [sys.stdin.buffer.read(n) for n in sizes]

def answer(metadata, body=b""):
    sys.stdout.buffer.write(b"chunked 1.0,%d,%d\\n" % (len(metadata), len(body)) + metadata + body)
    sys.stdout.buffer.flush()

def echo(metadata, body):
    answer(b'{"finished":%s}' % (b"true" if b'"finished":true' in metadata else b"false"), body)

def start():
    ask()
    answer(b'{"type":"streaming"}')
'''
ECHO = "start()\nwhile True: echo(*ask())\n"


@pytest.fixture
def peer(tmp_path):
    """peer(script) makes an app whose command `peer` runs `script` behind PREAMBLE, and returns the app's folder."""

    def make(script=ECHO):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / "peer.py").write_text(PREAMBLE + script)
        return tmp_path

    return make
