"""The processes the other live tests stand on."""

import os
import signal

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
    assert live_stack.setting("fsync") == "on"
    assert live_stack.setting("synchronous_commit") == "on"


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
