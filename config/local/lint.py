"""`python3 run.py lint [TOOL ...]`: every check that needs no server."""

import os
import subprocess
import sys
import time
from pathlib import Path

from config.local import environment, places

BIN = Path(sys.executable).parent

# Each tool and what it is asked; `tools` on the command line picks some of them.
TOOLS: dict[str, list[str]] = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy", "."],
    "imports": ["lint-imports"],
    "djade": ["djade", "--target-version", "5.2", "--check", "TEMPLATES"],
    "typos": ["typos"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "deploy": ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}


def production() -> dict[str, str]:
    """Settings as on a server; nothing is connected to."""
    return {
        **environment.invented_keys(),
        "BASE_URL": "https://listwell.example",
        "ALLOWED_HOSTS": "listwell.example",
        "DATABASE_URL": "postgres://listwell:unused@127.0.0.1:1/listwell",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp+tls://user:unused@smtp.example:587",
        "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration",
    }


def command_of(tool: str) -> list[str]:
    program, *arguments = TOOLS[tool]
    templates = sorted(str(p) for p in places.ROOT.glob("templates/**/*.html"))
    index = arguments.index("TEMPLATES") if "TEMPLATES" in arguments else None
    if index is not None:
        arguments[index:] = templates
    return [str(BIN / program), *arguments]


def passes(tool: str) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command_of(tool),
        env=dict(os.environ) | production(),
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    good = done.returncode == 0
    if not good:
        sys.stdout.write(done.stdout + done.stderr)
    word = "ok" if good else "FAILED"
    sys.stdout.write(f"{tool:<11}{word:<7}{time.monotonic() - began:6.1f} s\n")
    sys.stdout.flush()
    return good


def lint(tools: list[str]) -> int:
    """All of them, also after one has failed."""
    unknown = [tool for tool in tools if tool not in TOOLS]
    if unknown:
        sys.stderr.write(f"Unknown: {unknown[0]}. There are {', '.join(TOOLS)}.\n")
        return 2
    results = [passes(tool) for tool in tools or TOOLS]
    return 0 if all(results) else 1
