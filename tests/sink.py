"""An SMTP server of the tests' own: it keeps what it accepted, by a real connection."""

import socket
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller

READY = 60  # seconds it may take on a busy machine


class Listening(Controller):
    """At a port that the system gives it, so that nobody else takes it first."""

    def _create_server(self):
        taken = socket.create_server((self.hostname, 0))
        self.port = taken.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=taken)

    def _trigger_server(self):
        here = (self.hostname, self.port)
        with socket.create_connection(here, self.ready_timeout) as caller:
            caller.recv(1024)


@dataclass(frozen=True)
class Received:
    """One accepted message: its envelope and its bytes."""

    mail_from: str
    rcpt_to: str
    content: bytes


@dataclass
class Sink:
    """Accepts everything, unless `answers` names a reply for an address.

    `answers["a@b.test"] = "550 5.1.1 No such user"` refuses that recipient.
    """

    received: list[Received] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    controller: Controller | None = None

    def start(self) -> "Sink":
        self.controller = Listening(self, hostname="127.0.0.1", ready_timeout=READY)
        self.controller.start()
        return self

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()

    def clear(self) -> None:
        self.received.clear()
        self.answers.clear()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.controller.port}"

    @property
    def recipients(self) -> list[str]:
        return [message.rcpt_to for message in self.received]

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = self.answers.get(address)
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        for recipient in envelope.rcpt_tos:
            self.received.append(
                Received(envelope.mail_from or "", recipient, envelope.content)
            )
        return "250 2.0.0 OK, kept"
