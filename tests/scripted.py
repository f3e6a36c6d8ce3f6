"""A mail server that says what a test wants it to say."""

import contextlib
import socket
import threading

DATA = "DATA"
END = "."


class Scripted:
    """Answers each connection by a script and remembers what it was told.

    `script` maps a command (its first word, or its whole line) to an answer; an
    answer of "" hangs up, a function is asked with the line. "." is the answer to a
    text.
    """

    def __init__(self, script, *extensions, connections=1):
        self.script, self.extensions = script, extensions
        self.connections = connections
        self.said, self.texts = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def settings(self):
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "",
            "password": "",
            "starttls": False,
            "tls": False,
        }

    def serve(self):
        with self.listener, contextlib.suppress(OSError):
            for _ in range(self.connections):
                self.listen(self.listener.accept()[0])

    def listen(self, connection):
        with (
            contextlib.suppress(OSError),  # the client may hang up first
            connection,
            connection.makefile("rb") as lines,
        ):
            connection.sendall(b"220 hello\r\n")
            while line := lines.readline().decode().strip():
                self.said.append(line)
                answer = self.answer(line)
                if not answer:
                    return
                connection.sendall(answer.encode() + b"\r\n")
                if answer.startswith("354") and not self.take_text(lines, connection):
                    return

    def take_text(self, lines, connection):
        text = b""
        while (line := lines.readline()) not in (b".\r\n", b""):
            text += line
        self.texts.append(text)
        answer = self.script.get(END, "250 2.0.0 taken")
        connection.sendall(answer.encode() + b"\r\n" if answer else b"")
        return bool(answer)

    def answer(self, line):
        word = line.split()[0].upper()
        if word == "EHLO":
            names = ["us.test", *self.extensions]
            return "".join(f"250-{one}\r\n" for one in names) + "250 8BITMIME"
        if callable(self.script.get(word)):
            return self.script[word](line)
        known = {DATA: "354 go on", "QUIT": "221 bye"} | self.script
        return known.get(line, known.get(word, "250 2.1.0 fine"))
