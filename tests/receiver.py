"""Somebody who is told: a real HTTP server that remembers and answers as it should."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Got:
    """One event as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self):
        return self.headers["webhook-id"]


class Receiver:
    """`got`: what came in. `answer`: from what came in to (status, headers, body)."""

    def __init__(self):
        self.got = []
        self.answer = lambda got: (204, {}, b"")
        self.connections = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def url(self):
        return f"{self.base}/listwell?key=1"

    @property
    def ids(self):
        return [one.id for one in self.got]

    def say(self, status, body=b"", **headers):
        """To everything from now on; keywords are headers with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda got: (status, named, body)

    def handler(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                super().setup()
                receiver.connections += 1

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # who sent it died in the middle
                    self.close_connection = True
                    return
                got = Got(self.path, dict(self.headers.items()), body)
                receiver.got.append(got)
                status, headers, said = receiver.answer(got)
                with suppress(OSError):
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    if status != 204:
                        self.send_header("Content-Length", str(len(said)))
                    self.end_headers()
                    self.wfile.write(said)

            def log_message(self, *_):
                """Nobody reads it."""

        return Handler
