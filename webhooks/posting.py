"""One POST, and what was answered to it.

A connection is kept for the next event. What it may cost is bounded whatever is at the
other end: no redirects, some seconds in all, and no more than some thousand characters
of the answer are read.
"""

from __future__ import annotations

import datetime as dt
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult

from django.utils import timezone

from webhooks.targets import NotAllowed, checked, resolved

TO_CONNECT = 5.0
IN_ALL = 15.0
KEPT = 2_000
PORTS = {"http": 80, "https": 443}
TRUSTED = ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None where there was none; then `problem` is a sentence."""

    status: int | None = None
    words: str = ""
    problem: str = ""
    ms: int = 0
    wait: dt.timedelta | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == http.client.GONE


class Line(http.client.HTTPConnection):
    """A connection to one endpoint, made where the address leads at that moment."""

    def __init__(self, parts: SplitResult) -> None:
        self.parts = parts
        port = parts.port or PORTS[parts.scheme]
        super().__init__(parts.hostname or "", port, timeout=TO_CONNECT)
        # the socket, also where http.client has let go of it and still reads
        self.wire: socket.socket | None = None
        self.was_cut = False
        self.default_port = PORTS[parts.scheme]  # left out of the Host header

    @classmethod
    def to(cls, url: str) -> Line:
        return cls(checked(url))

    def connect(self) -> None:
        sock = _connected(resolved(self.host, self.port))
        sock.settimeout(IN_ALL)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self.wire = sock
        if self.parts.scheme == "http":
            return
        # known before the handshake, so that it can be cut off
        self.sock = self.wire = secure = TRUSTED.wrap_socket(
            sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        secure.do_handshake()

    def post(self, body: bytes, headers: dict[str, str]) -> Answer:
        """A kept connection that the other end has closed meanwhile is made anew."""
        began = time.monotonic()
        kept = self.sock is not None
        answer = self._try(body, headers, began)
        if answer is None:
            answer = self._try(body, headers, began) if kept else None
        return answer or Answer(problem=CLOSED, ms=_since(began))

    def _try(self, body: bytes, headers: dict[str, str], began: float) -> Answer | None:
        """None where it was hung up before an answer."""
        self.was_cut = False
        limit = threading.Timer(IN_ALL, self._cut)
        limit.start()
        try:
            answer = self._asked(body, headers, began)
        except (NotAllowed, OSError, http.client.HTTPException) as problem:
            self.close()
            if isinstance(problem, HUNG_UP) and not self.was_cut:
                return None
            answer = Answer(problem=_in_words(problem), ms=_since(began))
        finally:
            limit.cancel()
        if self.was_cut:  # half an answer is none
            self.close()
            return Answer(problem=TOO_SLOW.format(IN_ALL), ms=_since(began))
        return answer

    def _asked(self, body: bytes, headers: dict[str, str], began: float) -> Answer:
        path = self.parts.path or "/"
        target = f"{path}?{self.parts.query}" if self.parts.query else path
        self.request("POST", target, body, headers)
        response = self.getresponse()
        words = response.read(KEPT)
        if not response.isclosed():  # there is more, which nobody reads
            self.close()
        text = words.decode("utf-8", "replace").replace("\0", "")
        wait = _wait(response.getheader("Retry-After", ""))
        return Answer(response.status, text, "", _since(began), wait)

    def _cut(self) -> None:
        """Whoever sends a letter every second is not waited for."""
        if self.wire is not None:
            self.was_cut = True
            try:
                self.wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # closed meanwhile


HUNG_UP = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)
TOO_SLOW = "It gave no answer within {:.0f} seconds."
CLOSED = "It hung up without an answer."


def _connected(places: list[tuple[str, int]]) -> socket.socket:
    """To the first place that answers."""
    refused: OSError | None = None
    for place in places:
        try:
            return socket.create_connection(place, TO_CONNECT)
        except OSError as problem:
            refused = problem
    raise refused or OSError("The name leads nowhere.")


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _in_words(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return TOO_SLOW.format(IN_ALL)
    if isinstance(problem, NotAllowed):
        return str(problem)
    if isinstance(problem, socket.gaierror):
        return "Its name could not be found."
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"Its certificate is not valid: {problem.verify_message}."
    if isinstance(problem, ConnectionRefusedError):
        return "Nothing listens there."
    if isinstance(problem, http.client.HTTPException):
        return "What it answered is not HTTP."
    return f"It could not be reached: {problem.__class__.__name__}."


def _wait(said: str) -> dt.timedelta | None:
    """Retry-After: seconds, or a date."""
    if said.isascii() and said.isdigit():
        return dt.timedelta(seconds=min(int(said[:9]), 10**6))
    try:
        return parsedate_to_datetime(said) - timezone.now()
    except (TypeError, ValueError):
        return None
