"""`python3 run.py` as a newcomer types it, with real processes."""

import contextlib
import os
import pwd
import re
import shutil
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from config.local import environment, places, web
from tests.platform.checkout import Checkout

pytestmark = [
    pytest.mark.live,
    pytest.mark.kill,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("start"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


@pytest.fixture
def checkout(tmp_path):
    copy = Checkout(tmp_path)
    copy.share_packages()
    yield copy
    copy.remove()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Started once; the tests that take it leave it running."""
    copy = Checkout(tmp_path_factory.mktemp("running"))
    copy.share_packages()
    yield copy.start()
    copy.remove()


def page(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.status, response.read().decode()


def sign_ins(output):
    """Every (email, password) that a start told."""
    return re.findall(r"^Sign in as (\S+) with the password (\S+)$", output, re.M)


def overview(checkout, email, password):
    """The page after the sign-in form was sent with these."""
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    url = f"{checkout.url}/login/"
    form = visitor.open(url, timeout=10).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    words = {"username": email, "password": password, "csrfmiddlewaretoken": token}
    answer = visitor.open(url, urlencode(words).encode(), timeout=10)
    return answer.read().decode()


def admins(checkout):
    env = environment.parse(checkout.env_file.read_text())
    with psycopg.connect(env["DATABASE_URL"]) as connection:
        return connection.execute("SELECT email FROM accounts_user").fetchall()


def none_left(checkout):
    patience = time.monotonic() + 20
    while checkout.processes() and time.monotonic() < patience:
        time.sleep(0.1)
    return checkout.processes() == {}


def test_the_first_start_says_where_and_how_to_sign_in(running):
    assert page(f"{running.url}/login/")[0] == 200
    assert f"{running.url}/" in running.output
    assert "with the password" in running.output


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Started with a small demo, and again; `told` is what each start said."""
    copy = Checkout(tmp_path_factory.mktemp("demo"))
    copy.share_packages()
    copy.told = []
    for _ in range(2):
        copy.start("--demo-size=400")
        copy.told.append(copy.output)
        copy.stop()
    yield copy.start()
    copy.remove()


def test_the_first_start_tells_the_address_the_email_and_the_password_once(demo):
    first = demo.told[0]
    [(email, password)] = sign_ins(first)
    assert email == "admin@listwell.test"
    assert first.count(password) == first.count(f"at {demo.url}/") == 1


def test_the_second_start_tells_no_password_and_loads_no_demo(demo):
    second = demo.told[1]
    assert sign_ins(second) == []
    assert "password" not in second
    assert "demo" not in second


def test_the_first_start_tells_how_far_the_demo_is(demo):
    steps = re.findall(r"^demo +\|   (.+): [\d.]+ s$", demo.told[0], re.M)
    assert steps[0] == "400 people"
    assert "campaigns" in steps


def test_the_overview_of_the_demo_shows_its_campaigns(demo):
    page = overview(demo, *sign_ins(demo.told[0])[0])
    assert "Review the silent people of “Autumn clean-up”" in page
    assert "November check-in" in page


def test_a_first_start_that_fails_has_told_the_password(checkout):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", checkout.port))
        failed = checkout.run("--no-demo", PORT=str(checkout.port))
    assert "The web process does not answer" in failed.stdout
    assert failed.returncode == 1
    [found] = sign_ins(failed.stdout)
    checkout.start()
    assert sign_ins(checkout.output) == []
    assert "Needs you today" in overview(checkout, *found)


def test_mail_goes_to_a_catcher_of_our_own(running):
    env = environment.parse(running.env_file.read_text())
    port = urlsplit(env["EMAIL_URL"]).port
    running.wait_for(lambda: web.listens(port), "the mail catcher")
    with smtplib.SMTP("127.0.0.1", port) as client:
        message = "Subject: Hello\r\n\r\nHello\r\n"
        assert client.sendmail("a@shop.test", ["b@home.test"], message) == {}


def test_the_file_with_the_secrets_is_private(running):
    assert stat.S_IMODE(running.env_file.stat().st_mode) == 0o600


def test_a_second_terminal_reaches_the_same_console(running):
    asked = running.run("manage", "shell", "-v0", "-c", "print(User.objects.count())")
    assert asked.stdout.strip() == "1"


def test_a_second_start_in_the_same_folder_is_refused_with_the_address(running):
    again = running.run("--no-demo")
    assert f"already running in this folder: {running.url}" in again.stderr
    assert running.process.poll() is None


def workers(checkout):
    """Of Celery: PostgreSQL calls some of its own processes workers as well."""
    return {p for p, c in checkout.processes().items() if " --pool threads " in c}


def test_a_killed_worker_is_started_again(running):
    before = workers(running)
    for pid in before:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    sentence = "worker ended with code -9 and is started again"
    running.wait_for(lambda: sentence in running.output, sentence)
    after = workers(running)
    assert after
    assert not after & before


@pytest.mark.skipif(not places.IS_ROOT, reason="root's servers leave root behind")
def test_started_by_root_the_database_and_the_broker_run_unprivileged(running):
    owners = {
        Path(command.split()[0]).name: Path(f"/proc/{pid}").owner()
        for pid, command in running.processes().items()
    }
    assert owners["postgres"] == places.UNPRIVILEGED
    assert owners["valkey-server"] == places.UNPRIVILEGED


def test_servers_named_outside_are_used_and_none_is_started(running, checkout):
    env = environment.parse(running.env_file.read_text())
    named = {k: env[k] for k in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")}
    checkout.start(**named)
    commands = " ".join(checkout.processes().values())
    assert page(f"{checkout.url}/healthz") == (200, "ok\n")
    assert "bin/postgres" not in commands
    assert "valkey-server" not in commands
    assert "mailcatcher" not in commands


def test_a_stop_leaves_no_process_and_a_stale_pid_file_does_not_stop_the_next_start(
    checkout,
):
    checkout.start()
    assert checkout.stop() == 0
    assert checkout.processes() == {}
    stale = checkout.state() / "postgres" / "data" / "postmaster.pid"
    # a signal to the stranger, which is this test, would end it
    stranger = f"{os.getpid()}\n{stale.parent}\n0\n5432\n\n127.0.0.1\n  1 2\nready\n"
    stale.write_text(stranger)
    places.give_away(stale)
    checkout.start()
    assert admins(checkout) == [("admin@listwell.test",)]
    assert "with the password" not in checkout.output


def test_kill_9_leaves_no_process_and_loses_nothing(checkout):
    checkout.start()
    checkout.stop(signal.SIGKILL)
    assert none_left(checkout)
    checkout.start()
    assert admins(checkout) == [("admin@listwell.test",)]


@pytest.mark.parametrize("tenths", [0, 5, 10])
def test_kill_9_while_it_starts_leaves_no_process(checkout, tenths):
    checkout.start("--no-demo", ready="with the password")
    checkout.wait_for(lambda: web_processes(checkout), "granian")
    time.sleep(tenths / 10)
    checkout.stop(signal.SIGKILL)
    assert none_left(checkout)


def web_processes(checkout):
    return {p for p, c in checkout.processes().items() if "granian" in c}


def test_a_killed_database_stops_everything_with_a_sentence(checkout):
    checkout.start()
    state = checkout.state()
    pid = int((state / "postgres/data/postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    assert checkout.process.wait(40) == 1
    assert "Postgres ended unexpectedly" in checkout.output
    assert none_left(checkout)


def catcher_owners(checkout):
    catchers = [p for p, c in checkout.processes().items() if "mailcatcher" in c]
    return {Path(f"/proc/{pid}").owner() for pid in catchers} - {"root"}


@pytest.mark.skipif(not places.IS_ROOT, reason="root's folders are private")
def test_a_private_folder_stays_private_and_the_start_says_what_that_means(checkout):
    checkout.root.parent.chmod(0o700)
    checkout.start()
    assert stat.S_IMODE(checkout.root.parent.stat().st_mode) == 0o700
    assert f"“{places.UNPRIVILEGED}” cannot read" in checkout.output
    checkout.wait_for(
        lambda: catcher_owners(checkout), "the mail catcher to leave root"
    )
    assert catcher_owners(checkout) == {places.UNPRIVILEGED}


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
