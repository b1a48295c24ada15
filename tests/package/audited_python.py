"""Stands in for the interpreter: runs a script and writes to the file AUDIT_LOG what it did outside its own process,
and which files it read: a JSON list [event, path or arguments] a line. An audit hook sees every such call, whoever
makes it (Python documentation: *Audit events table*).
"""

import json
import os
import runpy
import sys

_OUTSIDE = (
    "ctypes.",
    "ftplib.",
    "os.",
    "pty.",
    "shutil.",
    "smtplib.",
    "socket.",
    "subprocess.",
    "tempfile.",
    "urllib.",
    "webbrowser.",
)
_LOOKING = ("os.listdir", "os.scandir", "os.walk")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


def main() -> None:
    log = os.open(os.environ["AUDIT_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(event: str, what: object) -> None:
        os.write(log, (json.dumps([event, what if isinstance(what, str) else repr(what)]) + "\n").encode())

    def hook(event: str, arguments: tuple) -> None:
        if event == "open" and not isinstance(arguments[0], int):
            tell("write" if (arguments[2] or 0) & _WRITING else "read", os.path.abspath(os.fsdecode(arguments[0])))
        elif event == "import" and arguments[1]:  # an extension module, which the system's loader reads
            tell("read", os.path.abspath(arguments[1]))
        elif event.startswith(_OUTSIDE) and event not in _LOOKING:
            tell(event, arguments)

    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(sys.argv[0])
    sys.dont_write_bytecode = True
    sys.addaudithook(hook)
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
