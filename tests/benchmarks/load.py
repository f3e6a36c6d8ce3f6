"""Asking a web server as fast as it answers, over connections that stay open."""

import asyncio
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


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


async def _visitor(port, asked, until, load):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (began := time.perf_counter()) < until:
        writer.write(next(asked))
        status = await reader.readline()
        length = 0
        while (line := await reader.readline()) not in (b"\r\n", b""):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        await reader.readexactly(length)
        load.waits.append(time.perf_counter() - began)
        load.counts[int(status.split()[1])] += 1
    writer.close()


async def _crowd(port, asked, connections, load):
    until = time.perf_counter() + load.seconds
    visits = [_visitor(port, asked, until, load) for _ in range(connections)]
    await asyncio.gather(*visits)


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
