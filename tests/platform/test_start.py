"""`python3 run.py` as a newcomer types it, with real processes."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from config.local import environment, places
from tests.platform.checkout import Checkout

pytestmark = [
    pytest.mark.live,
    pytest.mark.kill,
    pytest.mark.xdist_group("start"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


@pytest.fixture
def checkout(tmp_path):
    copy = Checkout(tmp_path)
    copy.share_packages()
    yield copy
    copy.remove()


def page(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.status, response.read().decode()


def admins(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT email FROM accounts_user").fetchall()


def test_one_command_serves_the_sign_in_page_and_stops_without_a_trace(checkout):
    checkout.start()
    assert page(f"{checkout.url}/login/")[0] == 200
    assert "with the password" in checkout.output
    assert stat.S_IMODE(checkout.env_file.stat().st_mode) == 0o600
    assert checkout.stop() == 0
    assert checkout.processes() == {}


def test_what_was_stored_is_there_after_a_stop_and_the_password_is_not_repeated(
    checkout,
):
    checkout.start()
    checkout.stop()
    checkout.start()
    env = environment.parse(checkout.env_file.read_text())
    assert admins(env["DATABASE_URL"]) == [("admin@listwell.test",)]
    assert "with the password" not in checkout.output


def test_kill_9_leaves_no_process_and_loses_nothing(checkout):
    checkout.start()
    checkout.stop(signal.SIGKILL)
    patience = time.monotonic() + 20
    while checkout.processes() and time.monotonic() < patience:
        time.sleep(0.1)
    assert checkout.processes() == {}
    checkout.start()
    env = environment.parse(checkout.env_file.read_text())
    assert admins(env["DATABASE_URL"]) == [("admin@listwell.test",)]


def test_a_second_terminal_reaches_the_same_console(checkout):
    checkout.start()
    asked = checkout.run("manage", "shell", "-v0", "-c", "print(User.objects.count())")
    assert asked.stdout.strip() == "1"
    again = checkout.run("--no-demo")
    assert f"already running in this folder: {checkout.url}" in again.stderr
    assert checkout.process.poll() is None


def test_a_killed_worker_is_started_again(checkout):
    checkout.start()
    before = {p for p, command in checkout.processes().items() if " worker " in command}
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    checkout.wait_for(
        lambda: "worker ended with code -9 and is started again" in checkout.output,
        "a new worker",
    )
    after = {p for p, command in checkout.processes().items() if " worker " in command}
    assert after
    assert not after & before


def test_a_killed_database_stops_everything_with_a_sentence(checkout):
    checkout.start()
    state = checkout.state()
    pid = int((state / "postgres/data/postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    assert checkout.process.wait(40) == 1
    assert "Postgres ended unexpectedly" in checkout.output
    assert checkout.processes() == {}


def test_a_stale_pid_file_naming_a_stranger_does_not_stop_the_start(checkout):
    checkout.start()
    checkout.stop()
    stale = checkout.state() / "postgres" / "data" / "postmaster.pid"
    data = stale.parent
    stale.write_text(f"{os.getpid()}\n{data}\n0\n5432\n\n127.0.0.1\n  1 2\nready\n")
    places.give_away(stale)
    checkout.start()
    assert page(f"{checkout.url}/healthz") == (200, "ok\n")


def test_servers_named_outside_are_used_and_none_is_started(checkout):
    checkout.start()
    env = environment.parse(checkout.env_file.read_text())
    other = Checkout(checkout.root.parent / "other")
    other.share_packages()
    try:
        named = {k: env[k] for k in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")}
        other.start(**named)
        commands = " ".join(other.processes().values())
        assert page(f"{other.url}/healthz") == (200, "ok\n")
        assert "bin/postgres" not in commands
        assert "valkey-server" not in commands
        assert "mailcatcher" not in commands
    finally:
        other.remove()


@pytest.mark.skipif(not places.IS_ROOT, reason="root's servers leave root behind")
def test_started_by_root_the_database_and_the_broker_run_unprivileged(checkout):
    checkout.start()
    owners = {
        Path(command.split()[0]).name: Path(f"/proc/{pid}").owner()
        for pid, command in checkout.processes().items()
    }
    assert owners["postgres"] == places.UNPRIVILEGED
    assert owners["valkey-server"] == places.UNPRIVILEGED


@pytest.mark.skipif(not places.IS_ROOT, reason="root's folders are private")
def test_a_private_folder_stays_private_and_the_start_says_what_that_means(checkout):
    checkout.root.parent.chmod(0o700)
    checkout.start()
    assert stat.S_IMODE(checkout.root.parent.stat().st_mode) == 0o700
    assert f"“{places.UNPRIVILEGED}” cannot read" in checkout.output


def readable_python():
    """A Python that other accounts may run, with pip."""
    for name in (sys._base_executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        if Path(name).exists() and places.is_reachable(Path(name)):
            ask = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
            if subprocess.run([name, "-c", ask], capture_output=True).returncode == 0:
                return name
    return None


@pytest.mark.skipif(not places.IS_ROOT, reason="every other test runs as a user here")
def test_a_normal_user_starts_a_fresh_clone():
    python = readable_python()
    if python is None:
        pytest.skip("no Python with pip that another account may run")
    user = pwd.getpwnam(places.UNPRIVILEGED)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        copy = Checkout(Path(place), python, places.account())
        shutil.chown(place, user.pw_uid)
        for path in [copy.root, *copy.root.rglob("*")]:
            shutil.chown(path, user.pw_uid)
        try:
            copy.start(HOME=place, UV_CACHE_DIR=f"{place}/cache")
            assert page(f"{copy.url}/login/")[0] == 200
            assert (copy.root / ".local" / "postgres" / "data").is_dir()
            assert copy.stop() == 0
            assert copy.processes() == {}
        finally:
            copy.stop(signal.SIGKILL)
