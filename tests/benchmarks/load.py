"""Asking a web server as fast as it answers, over connections that stay open."""

import asyncio
import itertools
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

LENGTH = re.compile(rb"(?im)^content-length: *(\d+)")


@dataclass
class Load:
    """What a crowd was told: how many of each status, and how long each waited."""

    seconds: float
    counts: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(self.counts.values()) / self.seconds

    @property
    def p99(self) -> float:
        """Milliseconds that one of a hundred waited longer than."""
        return statistics.quantiles(self.waits, n=100)[98] * 1000


class _Visitor(asyncio.Protocol):
    """Asks, reads the answer and asks again until the time is over.

    A protocol, because the streams of asyncio take more of the processor for an answer
    than the server does, and the database shares that core.
    """

    def __init__(self, asked: Iterator[bytes], until: float, load: Load) -> None:
        self.asked, self.until, self.load = asked, until, load
        self.over = asyncio.get_running_loop().create_future()
        self.came = b""
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self.began = time.perf_counter()
        if self.began < self.until:
            self.transport.write(next(self.asked))
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.came += data
        head, end, body = self.came.partition(b"\r\n\r\n")
        if not end:
            return
        length = LENGTH.search(head)
        if len(body) >= (int(length[1]) if length else 0):
            self.load.waits.append(time.perf_counter() - self.began)
            self.load.counts[int(head[9:12])] += 1
            self.came = b""
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc or self.began < self.until:
            self.over.set_exception(exc or ConnectionError("The server hung up"))
        else:
            self.over.set_result(None)


async def _crowd(
    port: int, asked: Iterator[bytes], connections: int, load: Load
) -> None:
    loop, until = asyncio.get_running_loop(), time.perf_counter() + load.seconds
    visitors = [_Visitor(asked, until, load) for _ in range(connections)]
    for one in visitors:
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)
    await asyncio.gather(*(one.over for one in visitors))


def ask_all(
    port: int, paths: Sequence[str], *, seconds: float = 5, connections: int = 32
) -> Load:
    """GET these paths in turn."""
    raw = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n\r\n".encode()
        for path in paths
    ]
    load = Load(seconds)
    asyncio.run(_crowd(port, itertools.cycle(raw), connections, load))
    return load
