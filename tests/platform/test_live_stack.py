"""The processes the other live tests stand on."""

import os
import signal

import redis
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage

from config.celery import app as celery_app
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


def test_a_ring_of_the_test_is_heard_by_the_live_worker(live_stack):
    live_stack.stop("beat")
    celery_app.send_task("celery.ping")
    with redis.Redis.from_url(live_stack.env["REDIS_URL"]) as broker:
        live_stack.wait_for(lambda: broker.llen("celery") == 0, "the worker to take it")
    assert live_stack.env["REDIS_URL"] != os.environ["REDIS_URL"]


def test_files_of_the_test_are_where_the_live_processes_look(live_stack):
    assert default_storage.location == live_stack.env["MEDIA_ROOT"]
