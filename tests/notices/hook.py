#!/usr/bin/python3
"""Takes what is posted, for tests, and judges the signature by Python's own hmac.

    hook.py FOLDER SECRET [--tls]

prints its port and serves until its standard input ends. Each request is a file FOLDER/NUMBER.json. The statuses that
it answers stand in FOLDER/statuses.json, read anew each time and used up from the front; `0` cuts the connection after
the request was written down, `[202, "120"]` has a `Retry-After`, and 204 is the usual answer.
"""

import hashlib
import hmac
import json
import os
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder, secret = sys.argv[1], sys.argv[2]
# Several may post at a time.
alone = threading.Lock()


def path(name):
    return os.path.join(folder, name)


def status():
    try:
        with open(path("statuses.json")) as file:
            statuses = json.load(file)
    except FileNotFoundError:
        return 204
    if not statuses:
        return 204
    with open(path("statuses.json"), "w") as file:
        json.dump(statuses[1:], file)
    return statuses[0]


def judge(header, body):
    """Whether the signature is good, and how old it is."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    signed = parts["t"].encode() + b"." + body
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, parts["v1"]), abs(time.time() - int(parts["t"]))


class Taker(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        good, age = judge(self.headers["tenure-signature"], body)
        with alone:
            number = 1 + sum(name[:-5].isdigit() for name in os.listdir(folder))
            kept = {
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": json.loads(body),
                "good": good,
                "age": age,
            }
            with open(path("part"), "w") as file:
                json.dump(kept, file)
            os.rename(path("part"), path(f"{number}.json"))
            answer, rest = status(), None
            if isinstance(answer, list):
                answer, rest = answer
        if answer == 0:
            self.connection.close()
            return
        self.send_response(answer)
        if 300 <= answer < 400:
            self.send_header("location", "/elsewhere")
        if rest is not None:
            self.send_header("retry-after", rest)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_HEAD(self):
        self.send_response(405)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
if "--tls" in sys.argv:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("cert.pem"), path("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
