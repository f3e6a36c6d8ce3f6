"""Waiting for mail over IMAP, with a server that says what a test wants it to say."""

import contextlib
import io
import socket
import threading
import time

import pytest

from bounces import mailboxes
from bounces.mailboxes import Box
from console.management.commands import read_mailbox

ANSWERS = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n",
    b"SELECT": b"* 0 EXISTS\r\n",
    b"UID": b"* SEARCH\r\n",
    b"LOGOUT": b"* BYE see you\r\n",
}


class Server:
    """Each connection is answered as usual, but IDLE by these pieces, one by one; TAG
    in them is that of the command."""

    def __init__(self, *pieces):
        self.pieces, self.connections = pieces, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def box(self):
        return Box.of(f"imap://me:secret@127.0.0.1:{self.port}/INBOX")

    def serve(self):
        with contextlib.suppress(OSError):  # a client may hang up first
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                self.listen(connection)

    def listen(self, connection):
        idle = b""
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"* OK hello\r\n")
            for line in lines:
                tag, word = [*line.split(), b""][:2]
                if word == b"IDLE":
                    idle = tag
                    self.tell(connection, tag)
                    continue
                done = idle if tag == b"DONE" else tag
                connection.sendall(ANSWERS.get(word, b"") + done + b" OK done\r\n")

    def tell(self, connection, tag):
        for piece in self.pieces:
            connection.sendall(piece.replace(b"TAG", tag))
            time.sleep(0.1)


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """Whoever waits for the clock here waits for the end of the test."""
    monkeypatch.setattr(mailboxes, "IDLE_SECONDS", 28 * 60)
    monkeypatch.setattr(mailboxes, "POLL_SECONDS", 0)
    monkeypatch.setattr(read_mailbox, "PAUSE", 0)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"+ idling\r\n", b"* 1 ", b"EXISTS\r\n"],
        [b"* 1 EXISTS\r\n+ idling\r\n"],
        [b"+ idling\r\n* 1 EXISTS\r\n"],
        [b"+ idling\r\n", b"* 1 EXISTS\r\n* 1 ", b"RECENT\r\n"],
        [b"TAG NO not now\r\n"],
    ],
    ids=["by half", "just before", "together", "two of them", "refused"],
)
def test_what_is_told_ends_the_waiting_and_the_next_answer_is_understood(pieces):
    with Server(*pieces).box.open() as opened:
        mailboxes.wait(opened)
        assert opened.uids() == []


def test_a_line_that_nobody_foresaw_is_told_and_the_mailbox_opened_anew():
    server, told = Server(b"?! what is this\r\n"), io.StringIO()
    reader = read_mailbox.Command(stderr=told)
    for _ in range(2):
        reader.watch(server.box)
    assert server.connections == 2
    assert told.getvalue().count("The connection broke, trying again") == 2
