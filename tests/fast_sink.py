"""A mail server that does nothing but take: `python -m tests.fast_sink PORT`.

Quicker than what is measured against it. It offers PIPELINING (RFC 2920) as the
common mail servers do, and prints how many mails it took when it is asked to stop.
"""

import asyncio
import contextlib
import socket
import subprocess
import sys
import time

from config.local import places

GREETING = b"220 sink ESMTP\r\n"
EHLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
ANSWERS = {
    b"EHLO": EHLO,
    b"HELO": b"250 sink\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


class Taker(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport):
        self.transport, self.buffer, self.in_data = transport, b"", False
        transport.write(GREETING)

    def data_received(self, octets):
        self.buffer += octets
        answers = []
        while (answer := self._next()) is not None:
            answers.append(answer)
        self.transport.write(b"".join(answers))
        if answers and answers[-1].startswith(b"221"):
            self.transport.close()

    def _next(self):
        """The answer to the next whole command or text in the buffer."""
        end = b"\r\n.\r\n" if self.in_data else b"\r\n"
        taken, found, rest = self.buffer.partition(end)
        if not found:
            return None
        self.buffer = rest
        if self.in_data:
            self.in_data = False
            return b"250 2.0.0 taken\r\n"
        self.in_data = taken[:4].upper() == b"DATA"
        return ANSWERS.get(taken[:4].upper(), b"250 2.1.0 fine\r\n")


async def serve(port):
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


@contextlib.contextmanager
def fast_sink():
    """The sink in a process of its own; its port."""
    port = places.free_port()
    command = [sys.executable, "-m", "tests.fast_sink", str(port)]
    process = subprocess.Popen(command, cwd=places.ROOT)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(port):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.05)
    raise AssertionError("The sink did not start.")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1])))
