"""`python -m config.local COMMAND`: what run.py calls inside .venv."""

import os
import subprocess
import sys
from collections.abc import Callable

from config.local import environment, places, web
from config.local.bench import bench
from config.local.lint import lint
from config.local.servers import Servers
from config.local.supervisor import up


def manage(arguments: list[str]) -> int:
    """manage.py beside the running console, or with servers of its own for a moment."""
    env = environment.running()
    if env is not None:
        return run_manage(env, arguments)
    with environment.only_one_here():
        servers = Servers()
        try:
            port = web.PREFERRED_PORT
            env = environment.local(port, places.free_port()) | servers.start()
            environment.save(environment.env_file(), env)
            return run_manage(env, arguments)
        finally:
            servers.stop()


def run_manage(env: dict[str, str], arguments: list[str]) -> int:
    command = [sys.executable, str(places.ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=dict(os.environ) | env, check=False).returncode


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": up,
    "manage": manage,
    "lint": lint,
    "bench": bench,
}


def main() -> int:
    command, *arguments = sys.argv[1:]
    if command not in COMMANDS:
        sys.stderr.write(f"“{command}” is not a command. See python3 run.py help.\n")
        return 2
    return COMMANDS[command](arguments)


if __name__ == "__main__":
    sys.exit(main())
