"""Stands in for the interpreter: runs a script and writes to the file AUDIT_LOG what it did outside its own process.
An audit hook sees every such call, whoever makes it (Python documentation: *Audit events table*).
"""
import os
import runpy
import sys

_OUTSIDE = ("ctypes.", "ftplib.", "os.", "pty.", "shutil.", "smtplib.", "socket.", "subprocess.", "tempfile.",
            "urllib.", "webbrowser.")
_READING = ("os.listdir", "os.scandir", "os.walk")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


def main() -> None:
    log = os.open(os.environ["AUDIT_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def hook(event: str, arguments: tuple) -> None:
        written = event == "open" and not isinstance(arguments[0], int) and (arguments[2] or 0) & _WRITING
        if written or (event.startswith(_OUTSIDE) and event not in _READING):
            os.write(log, f"{event} {arguments!r}\n".encode())

    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(sys.argv[0])
    sys.dont_write_bytecode = True
    sys.addaudithook(hook)
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
