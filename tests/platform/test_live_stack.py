"""The processes the other live tests stand on."""

import os
import signal

import psycopg
from django.contrib.auth import get_user_model

from tests.people import ALICE, PASSWORD


def test_alice_signs_in_through_the_real_page(live_stack, page):
    page.goto(f"{live_stack.base_url}/login/")
    page.fill("input[name=username]", ALICE)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    assert get_user_model().objects.get(email=ALICE).last_login is not None


def test_the_database_waits_for_the_disk(live_stack):
    with psycopg.connect(live_stack.env["DATABASE_URL"]) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_killed_database_comes_back_with_what_was_committed(live_stack):
    live_stack.kill("postgres")
    live_stack.restart("postgres")
    with live_stack.database():
        assert get_user_model().objects.filter(email=ALICE).exists()


def test_a_killed_worker_is_gone_and_can_be_started_again(live_stack):
    gone = live_stack.stack.processes["worker"]
    live_stack.kill("worker")
    assert gone.returncode == -signal.SIGKILL
    live_stack.restart("worker")
    os.kill(live_stack.stack.processes["worker"].pid, 0)
