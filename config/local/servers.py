"""The database and the broker together: started unless the environment names others."""

import os
from dataclasses import dataclass, field

from config.local.postgres import Postgres
from config.local.valkey import Valkey


@dataclass
class Servers:
    """Names of the state directories; `durable` off is for tests only."""

    postgres: str = "postgres"
    valkey: str = "valkey"
    durable: bool = True
    running: list[Postgres | Valkey] = field(default_factory=list)

    def start(self) -> dict[str, str]:
        """The addresses of both, ours or those the environment names."""
        urls = {}
        for variable, server in (
            ("DATABASE_URL", Postgres(self.postgres, durable=self.durable)),
            ("REDIS_URL", Valkey(self.valkey, durable=self.durable)),
        ):
            if not os.environ.get(variable):
                self.running.append(server)
                server.start()
            urls[variable] = os.environ.get(variable) or server.url()
        return urls

    def stop(self) -> None:
        for server in reversed(self.running):
            server.stop()
        self.running.clear()

    def ended(self) -> list[str]:
        """Which of ours are gone although nobody stopped them."""
        return [
            type(server).__name__
            for server in self.running
            if server.process is None or server.process.poll() is not None
        ]
