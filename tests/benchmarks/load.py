"""Asking a web server as fast as it answers, over connections that stay open."""

import asyncio
import itertools
import time
from collections.abc import Sequence


async def _visitor(port, asked, until, counts):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        writer.write(next(asked))
        status = await reader.readline()
        length = 0
        while (line := await reader.readline()) not in (b"\r\n", b""):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        await reader.readexactly(length)
        counts[int(status.split()[1])] = counts.get(int(status.split()[1]), 0) + 1
    writer.close()


async def _crowd(port, asked, seconds, connections):
    counts: dict[int, int] = {}
    until = time.perf_counter() + seconds
    visits = [_visitor(port, asked, until, counts) for _ in range(connections)]
    await asyncio.gather(*visits)
    return counts


def requests_per_second(
    port: int, paths: Sequence[str], *, seconds: float = 5, connections: int = 32
) -> tuple[float, dict[int, int]]:
    """GET these paths in turn; answers a second, and how many of each status."""
    raw = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n\r\n".encode()
        for path in paths
    ]
    counts = asyncio.run(_crowd(port, itertools.cycle(raw), seconds, connections))
    return sum(counts.values()) / seconds, counts
