"""The least that a command in Python can do which reads policies: csv in, json.loads(policy), csv out. No splunklib."""

import csv
import io
import json
import sys

POLICY = "requestParameters.policy"


def main():
    """Answers requests until splunkd closes the pipe."""
    csv.field_size_limit(2**31 - 1)
    while True:
        header = sys.stdin.buffer.readline()
        if not header:
            return
        head, length = map(int, header.split(b",")[1:])
        metadata = json.loads(sys.stdin.buffer.read(head))
        body = sys.stdin.buffer.read(length).decode("utf-8")
        if metadata["action"] == "getinfo":
            send({"type": "streaming"}, "")
            continue
        out = io.StringIO(newline="")
        rows = csv.reader(io.StringIO(body, newline=""))
        names = next(rows, [])
        writer = csv.writer(out)
        writer.writerow(names)
        policy, raw = (names.index(name) if name in names else -1 for name in (POLICY, "_raw"))
        for row in rows:
            if policy >= 0:
                if row[policy]:
                    json.loads(row[policy])
            else:
                text = row[raw]
                if '"policy":' in text:
                    json.loads(json.loads(text)["requestParameters"]["policy"])
            writer.writerow(row)
        send({"finished": metadata["finished"]}, out.getvalue())
        if metadata["finished"]:
            return


def send(metadata, body):
    """Writes one reply of the search command protocol: metadata as JSON, and the rows as CSV."""
    head, data = json.dumps(metadata).encode("utf-8"), body.encode("utf-8")
    sys.stdout.buffer.write(b"chunked 1.0,%d,%d\n" % (len(head), len(data)) + head + data)
    sys.stdout.buffer.flush()


main()
