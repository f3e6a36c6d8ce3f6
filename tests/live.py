"""The real console as processes: durable PostgreSQL, Valkey, web, worker, beat, SMTP.

`live_stack` starts once per test session and is given back clean to every test.
"""

import contextlib
import os
import time

import psycopg
import pytest
import redis
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import override_settings

from config.celery import app as celery_app
from config.local import places, web
from config.local.postgres import NAME, Postgres
from config.local.stack import Stack
from config.local.valkey import Valkey
from tests.people import ALICE, PASSWORD
from tests.sink import Sink

TEMPLATE = f"{NAME}_migrated"
# Measuring coverage would slow down what these tests time and kill.
UNTRACED = {"live", "browser", "kill", "property"}
UNMEASURED = ("COV_", "COVERAGE_", "PYTEST_", "DJANGO_ALLOW_ASYNC_UNSAFE")


def comes_up(server):
    """Not while a killed one's last statements still run: they hold its memory."""
    try:
        return server.start()
    except SystemExit:
        return None


class LiveStack:
    """`base_url`, `env`, `sink`; `kill("worker")`, `restart("postgres")` and more."""

    def __init__(self, name):
        self.name = name
        self.postgres = Postgres(f"{name}/postgres")
        self.valkey = Valkey(f"{name}/valkey")
        self.sink = Sink()
        self.stack: Stack | None = None
        self.log = places.state_dir(f"{name}/processes") / "log.txt"
        self.log_file = self.log.open("w")

    def start_servers(self):
        """The database and the broker; their addresses as environment variables."""
        self.postgres.start()
        self.valkey.start()
        return {"DATABASE_URL": self.postgres.url(), "REDIS_URL": self.valkey.url()}

    def up(self):
        if not self.postgres.process:
            self.start_servers()
        self.sink.start()
        self.stack = self._make_stack()
        self.stack.drops = False  # files are shared with the test, whoever runs it
        self.run("-m", "config.prepare", "--static")
        with self._server() as server:
            server.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {NAME}")

    def clear_away(self):
        """What an earlier run left in this place."""
        self.postgres.remove()

    def down(self):
        if self.stack:
            self.stack.stop()
        self.sink.stop()
        self.valkey.stop()
        self.postgres.stop()
        self.log_file.close()

    @property
    def base_url(self):
        return self.stack.base_url

    @property
    def env(self):
        return self.stack.env

    def start(self, name, **changes):
        """`web`, `worker`, `beat` or `mail`; keywords are environment variables."""
        return self.stack.start(name, **changes)

    def stop(self, *names):
        self.stack.stop(*names)

    def kill(self, name):
        """SIGKILL, also for `postgres` and `valkey`."""
        servers = {"postgres": self.postgres, "valkey": self.valkey}
        (servers[name].kill if name in servers else lambda: self.stack.kill(name))()

    def restart(self, name, **changes):
        """After a kill or instead of one; servers come back on the same port."""
        servers = {"postgres": self.postgres, "valkey": self.valkey}
        if name in servers:
            servers[name].stop()
            self.wait_for(lambda: comes_up(servers[name]), f"{name} to come back")
            return
        if name in self.stack.processes:
            self.stack.stop(name)
        self.start(name, **changes)

    def run(self, *arguments):
        """Python with these arguments in the live environment, to its end."""
        process = self.stack.launch("run", *arguments)
        code = process.wait(300)
        self.stack.stop("run")
        assert code == 0, self.log.read_text()[-3000:]

    def manage(self, *arguments):
        """manage.py on the live database."""
        self.run("manage.py", *arguments)

    def use_catcher(self):
        """Mail goes to the console's own catcher instead of `sink`."""
        port = self.stack.smtp_port
        self.stack.env["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        self.start("mail")
        for name in ("web", "worker", "beat"):
            self.restart(name)
        self.wait_for_page()
        self.wait_for(lambda: web.listens(port), "the mail catcher")

    def reset(self):
        """An empty, migrated database and broker, and fresh processes.

        The web process stays unless a test changed or killed it: it does nothing
        between two requests.
        """
        self._kill_all_but(
            "web" if self.stack.env["EMAIL_URL"] == self.sink.url else ""
        )
        for server in (self.postgres, self.valkey):
            if server.process.poll() is not None:
                server.start()
        self._empty()
        self.sink.clear()
        self.stack.env["EMAIL_URL"] = self.sink.url
        for name in {"web", "worker", "beat"} - set(self.stack.processes):
            self.start(name)

    def _kill_all_but(self, kept):
        """What has ended by itself goes too."""
        for name in [*self.stack.processes]:
            if name != kept or name in self.stack.ended():
                self.stack.kill(name)

    def add_alice(self):
        password = make_password(PASSWORD, hasher="argon2")
        alice = get_user_model().objects.create_superuser(ALICE)
        get_user_model().objects.filter(pk=alice.pk).update(password=password)
        alice.refresh_from_db()  # the session of `sign_in` depends on the password
        return alice

    def setting(self, name):
        """What the database is set to: `setting("fsync")`."""
        with self._server() as server:
            return server.execute(f"SHOW {name}").fetchone()[0]

    def wait_for(self, question, what, seconds=180):
        """Until `question()` is true; its answer is returned."""
        deadline = time.monotonic() + seconds
        while True:
            answer = question()
            if answer:
                return answer
            assert time.monotonic() < deadline, self.tell(seconds, what)
            time.sleep(0.05)

    def tell(self, seconds, what):
        """What was waited for in vain, and what the processes said meanwhile."""
        said = self.log.read_text()[-3000:]
        return f"Waited {seconds} s for {what}. Ended: {self.stack.ended()}.\n{said}"

    @contextlib.contextmanager
    def database(self):
        """Inside, the test's own ORM speaks to the live database, in every thread."""
        connection = connections["default"]
        before = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(
            HOST="127.0.0.1",
            PORT=self.postgres.port,
            NAME=NAME,
            USER=NAME,
            PASSWORD=self.postgres.password,
        )
        try:
            yield connection
        finally:
            connection.close()
            connection.settings_dict.update(before)

    @contextlib.contextmanager
    def settings(self):
        """Inside, files and rings of the test go where the processes look for them."""
        before = celery_app.conf.broker_url
        self._ring_at(self.env["REDIS_URL"])
        names = ("MEDIA_ROOT", "BASE_URL")
        with override_settings(**{name: self.env[name] for name in names}):
            yield
        self._ring_at(before)

    def _ring_at(self, url):
        celery_app.conf.broker_url = url
        celery_app._after_fork()  # forget connections to the other broker
        assert celery_app.conf.broker_write_url == url

    def _make_stack(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(UNMEASURED)}
        port = places.free_port()
        return Stack(
            env=kept
            | {
                "DATABASE_URL": self.postgres.url(),
                "REDIS_URL": self.valkey.url(),
                "EMAIL_URL": self.sink.url,
                "BASE_URL": f"http://127.0.0.1:{port}",
                "CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{port}",
                "STATIC_ROOT": str(places.state_dir(f"{self.name}/static")),
                "MEDIA_ROOT": str(places.state_dir(f"{self.name}/media")),
            },
            port=port,
            smtp_port=places.free_port(),
            state=places.state_dir(f"{self.name}/processes"),
            output=lambda name: self.log_file,
        )

    def _server(self):
        return psycopg.connect(self.postgres.url("postgres"), autocommit=True)

    def _empty(self):
        with self._server() as server:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {NAME} TEMPLATE {TEMPLATE}")
        with redis.Redis.from_url(self.valkey.url()) as broker:
            broker.flushall()

    def wait_for_page(self):
        self.wait_for(lambda: web.answers(f"{self.base_url}/healthz"), "the web page")


@pytest.fixture(scope="session")
def running_stack(worker_id):
    slot = os.environ["LISTWELL_TEST_SLOT"]
    stack = LiveStack(f"{slot}/live-{worker_id}")
    stack.clear_away()
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


@pytest.fixture
def live_stack(running_stack, django_db_blocker):
    """Clean and running; the test's ORM reads and writes the live database.

    Not to be mixed with `db` or `client`: those are in a transaction elsewhere.
    """
    running_stack.reset()
    stack = running_stack
    with django_db_blocker.unblock(), stack.database(), stack.settings():
        running_stack.alice = running_stack.add_alice()
        running_stack.wait_for_page()
        yield running_stack


def pytest_collection_modifyitems(items):
    """Two workers of pytest-xdist run the live tests, each with a stack of its own.

    Those in the browser keep a processor busy, the others mostly wait.
    """
    for item in items:
        if "live_stack" in item.fixturenames:
            group = "browser" if "browser" in item.fixturenames else "live"
            item.add_marker(pytest.mark.xdist_group(group))
            item.add_marker("live")
        if "browser" in item.fixturenames:
            item.add_marker("browser")
        if UNTRACED & {marker.name for marker in item.iter_markers()}:
            item.add_marker("no_cover")
