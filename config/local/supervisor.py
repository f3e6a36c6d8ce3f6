"""`python3 run.py`: the whole console on one machine, until Ctrl-C."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from typing import Any

from config.local import environment, places, web
from config.local.gathered import Gathered
from config.local.servers import Servers
from config.local.stack import Stack, out_of_reach

READY_WITHIN = 60.0
FAILURES_ALLOWED = 5
WITHIN_SECONDS = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(arguments: list[str]) -> int:
    """Start, watch, and stop in the opposite order, whatever happens between."""
    demo = demo_asked(arguments)
    began = time.monotonic()
    stopping = threading.Event()
    for signum in SIGNALS:
        signal.signal(signum, lambda *_: stopping.set())
    with contextlib.ExitStack() as on_the_way_out:
        on_the_way_out.enter_context(environment.only_one_here())
        servers = Servers()
        on_the_way_out.callback(servers.stop)
        stack = make_stack(servers)
        on_the_way_out.callback(stack.stop)
        supervisor = Supervisor(stack, servers, stopping)
        code = supervisor.run(demo=demo, began=began)
        say("Stopping.")
    return code


def demo_asked(arguments: list[str]) -> list[str] | None:
    """What `seed_demo` is told; None where there shall be no demo."""
    told: list[str] | None = []
    for argument in arguments:
        name, _, value = argument.partition("=")
        if argument == "--no-demo":
            told = None
        elif name == "--demo-size" and value.isdecimal():
            told = ["--size", value]
        elif name == "--demo-size":
            raise SystemExit(f"--demo-size is “{value}”. It is a number such as 2000.")
        else:
            raise SystemExit(f"There is no {argument}. See python3 run.py help.")
    return told


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def make_stack(servers: Servers) -> Stack:
    port, smtp_port = web.choose_port(), places.free_port()
    env = environment.local(port, smtp_port) | servers.start()
    environment.save(environment.env_file(), env)
    stack = Stack(
        env=dict(os.environ) | env,
        port=port,
        smtp_port=smtp_port,
        state=places.state_dir("processes"),
        output=lambda name: subprocess.PIPE,
    )
    if places.IS_ROOT and (hidden := out_of_reach()):
        say(
            f"The account “{places.UNPRIVILEGED}” cannot read {hidden}, so web, worker"
            " and beat run as root. The database, the broker and the mail catcher"
            " do not."
        )
    return stack


class Supervisor:
    """Starts the processes in order and starts again what falls."""

    def __init__(
        self, stack: Stack, servers: Servers, stopping: threading.Event
    ) -> None:
        self.stack = stack
        self.servers = servers
        self.stopping = stopping
        self.failures: dict[str, list[float]] = defaultdict(list)

    def run(self, *, demo: list[str] | None, began: float) -> int:
        current = Gathered()
        if current.is_up_to_date():  # then web need not wait for the rest
            self._start("web")
        found = self._prepare(current)
        self._introduce(found)
        if "web" not in self.stack.processes:
            self._start("web")
        if not self._page_answers():
            return 0 if self.stopping.is_set() else 1
        say(f"\nListwell is at {self.stack.base_url}/")
        if demo is not None and found["empty"]:
            self._load_demo(demo)
        if self.stopping.is_set():
            return 0
        for name in self._beside_web():
            self._start(name)
        say(f"Listwell is ready after {time.monotonic() - began:.1f} s.")
        say("Ctrl-C stops everything; what you did stays.\n")
        return self._watch()

    def _prepare(self, gathered: Gathered) -> dict[str, Any]:
        """Migrations, static files, the first administrator; says what it found."""
        static = [] if gathered.is_up_to_date() else ["--static"]
        process = self.stack.launch("prepare", "-m", "config.prepare", *static)
        text, _ = process.communicate()
        self.stack.stop("prepare")
        if process.returncode:
            raise SystemExit(f"{text}The database could not be prepared; see above.")
        gathered.remember()
        found: dict[str, Any] = json.loads(text.splitlines()[-1])
        return found

    def _load_demo(self, told: list[str]) -> None:
        say("Loading the demo, once. `python3 run.py --no-demo` starts without it.")
        process = self.stack.launch("demo", "manage.py", "seed_demo", *told)
        self._listen("demo", process)
        while process.poll() is None and not self.stopping.wait(0.05):
            pass
        self.stack.stop("demo")
        if process.returncode and not self.stopping.is_set():
            raise SystemExit("The demo could not be loaded; its messages say why.")

    def _beside_web(self) -> list[str]:
        """Mail that has a server of its own needs no catcher."""
        catcher = [] if os.environ.get("EMAIL_URL") else ["mail"]
        return [*catcher, "worker", "beat"]

    def _start(self, name: str) -> None:
        self._listen(name, self.stack.start(name))

    def _listen(self, name: str, process: subprocess.Popen[str]) -> None:
        threading.Thread(target=web.echo, args=(name, process), daemon=True).start()

    def _page_answers(self) -> bool:
        deadline = time.monotonic() + READY_WITHIN
        while not self.stopping.is_set() and time.monotonic() < deadline:
            if "web" in self.stack.ended():
                break
            if web.answers(f"{self.stack.base_url}/healthz"):
                return True
            self.stopping.wait(0.05)
        if not self.stopping.is_set():
            say("The web process does not answer; its messages above say why.")
        return False

    def _introduce(self, found: dict[str, Any]) -> None:
        """At once: should this start fail, the next one knows the password no more."""
        if found["password"]:
            say(f"\nSign in as {found['email']} with the password {found['password']}")
            say("The password is shown this once; to set another:")
            say(f"python3 run.py manage changepassword {found['email']}")

    def _watch(self) -> int:
        while not self.stopping.wait(0.3):
            for server in self.servers.ended():
                say(
                    f"{server} ended unexpectedly; its log is in {places.state_root()}."
                )
                return 1
            for name, code in self.stack.ended().items():
                if not self._again(name, code):
                    return 1
        return 0

    def _again(self, name: str, code: int) -> bool:
        """Start it again, unless it keeps falling."""
        now = time.monotonic()
        recent = [t for t in self.failures[name] if now - t < WITHIN_SECONDS]
        self.failures[name] = [*recent, now]
        if len(recent) >= FAILURES_ALLOWED:
            say(f"{name} keeps ending (code {code}); its messages above say why.")
            return False
        say(f"{name} ended with code {code} and is started again.")
        self.stack.stop(name)
        self._start(name)
        return True
