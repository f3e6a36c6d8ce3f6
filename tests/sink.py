"""An SMTP server of the tests' own: it keeps what it accepted, by a real connection."""

from dataclasses import dataclass, field

from aiosmtpd.controller import Controller

from config.local import places


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
        self.controller = Controller(
            self, hostname="127.0.0.1", port=places.free_port()
        )
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
