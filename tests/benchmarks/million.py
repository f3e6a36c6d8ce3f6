"""Every page of a large organisation, and the long work, at a million contacts.

Pages are asked of the web process as a browser would, signed in: once cold, right
after everything was written, then some times more. The long work runs in one worker's
place, while somebody opts out by the public way again and again.
"""

import statistics
import threading
import time
import urllib.request

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Job
from campaigns import figures
from consent import tables
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from optouts import jobs
from optouts.models import OptOutImport
from reengagement import resting
from reengagement.models import Campaign
from reengagement.tasks import opt_out_silent, undo_opt_out
from tests import million
from tests.benchmarks.frame import Result, timed

SIZES = [1_000_000]
TIMES = 5
BAR = 1000.0  # milliseconds for a page
SOONER = {"email report": 200.0}
PROMPTLY = 1000.0  # milliseconds that a public opt-out may wait
LEAVE = Act(action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT)


def pages(there, size):
    """(what it is, address) of every page that many people could make slow."""
    one = Contact.objects.filter(pk__gt=size // 2).order_by("pk")[0].pk
    people, campaign = reverse("contacts:list"), there.campaign.get_absolute_url()
    report = reverse("campaigns:detail", args=[there.sent.pk])
    return [
        ("overview", reverse("console:overview")),
        ("overview, its numbers counted", reverse("console:numbers")),
        ("contacts", people),
        ("contacts, second half", f"{people}?after={one}"),
        ("contacts, search by email", f"{people}?q=p9999"),
        ("contacts, search by name", f"{people}?q=ada77"),
        ("contacts, search by domain", f"{people}?q=@people7"),
        ("contacts that can be emailed", f"{people}?answer=yes"),
        ("contacts that cannot", f"{people}?answer=no"),
        ("contact record", reverse("contacts:detail", args=[one])),
        ("segments", reverse("segments:list")),
        ("segment of everybody", there.everybody.get_absolute_url()),
        ("campaigns", reverse("reengagement:list")),
        ("campaign timeline", campaign),
        ("campaign, left out", f"{campaign}left-out/"),
        ("campaign, review of the silent", f"{campaign}silent/"),
        ("campaign, review, in the middle", f"{campaign}silent/?after={one}"),
        ("emails", reverse("campaigns:list")),
        ("email report", report),
        ("email report, people", f"{report}people/"),
        ("email report, not sent", f"{report}people/?group=not_sent"),
        ("email recipients", reverse("campaigns:recipients", args=[there.draft.pk])),
        ("email review", reverse("campaigns:review", args=[there.draft.pk])),
        ("names without consent", names(there.draft, "no_consent")),
        ("look-up of opt-outs", reverse("optouts:list")),
        ("opt-out imports", reverse("optouts:import_list")),
        ("outbox", reverse("console:outbox")),
        ("jobs", reverse("console:jobs")),
    ]


def names(email, reason):
    return reverse("campaigns:names", args=[email.pk, reason])


def visitor(stack):
    """Asks one page as Alice and gives back the milliseconds."""
    client = Client()
    client.force_login(stack.alice)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def ask(path):
        request = urllib.request.Request(
            stack.base_url + path,
            headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"},
        )
        with timed() as clock, urllib.request.urlopen(request, timeout=300) as answer:
            assert answer.status == 200, path
            answer.read()
        return clock.seconds * 1000

    return ask


def looking(stack, there, size):
    ask = visitor(stack)
    ask(reverse("console:jobs"))  # the process has loaded its templates
    for what, path in pages(there, size):
        first = ask(path)
        rest = statistics.median(ask(path) for _ in range(TIMES))
        bar = SOONER.get(what, BAR)
        yield Result("million", f"{what}: median", rest, "ms", bar=bar)
        yield Result("million", f"{what}: first", first, "ms")


class Leaving(threading.Thread):
    """Somebody opts out every half second; `waits` in milliseconds."""

    def __init__(self, campaign):
        super().__init__()
        self.campaign, self.waits, self.over = campaign, [], threading.Event()

    def run(self):
        next_in_line = self.campaign.members.silent().order_by("address_id")
        while not self.over.wait(0.5):
            ids = list(next_in_line.values_list("address_id", flat=True)[:1])
            with timed() as clock:
                Suppression.objects.suppress(ids, Reason.OWN_OPT_OUT, LEAVE)
            self.waits.append(clock.seconds * 1000)
        connection.close()


def idle(campaign):
    """A beat of a campaign that nothing happened to, and one that goes through all."""
    Campaign.objects.filter(pk=campaign.pk).update(state="running")
    campaign.refresh_from_db()
    with timed() as clock:
        campaign.advance()
    yield Result("million", "beat with everybody gone through", clock.seconds, "s")
    Campaign.objects.filter(pk=campaign.pk).update(tend_ms=0)
    campaign.refresh_from_db()
    time.sleep(2)  # the database notes what was written a moment later
    with timed() as clock:
        assert not resting.needs_a_look(campaign)
    yield Result("million", "beat with nothing new", clock.seconds * 1000, "ms", bar=50)


def opting_out(stack, campaign):
    people = campaign.counts()["silent"]
    with timed() as clock:
        campaign.begin_opt_out(stack.alice)
    yield Result("million", "opt-out, the press", clock.seconds * 1000, "ms", bar=BAR)
    leaving = Leaving(campaign)
    leaving.start()
    with timed() as clock:
        opt_out_silent(campaign.sunset.job_id)
    leaving.over.set()
    leaving.join()
    rate = people / clock.seconds
    work = f"{people:,} silent opted out"
    yield Result("million", work, rate, "people/s", higher_is_better=True)
    longest = max(leaving.waits)
    work = "a public opt-out meanwhile, the longest wait"
    yield Result("million", work, longest, "ms", bar=PROMPTLY)
    campaign.refresh_from_db()
    job = campaign.sunset.begin_undo(stack.alice, "Measured")
    with timed() as clock:
        undo_opt_out(job.pk)
    done = Job.objects.get(pk=job.pk).result["lifted"]
    work = f"undo of {done:,} opt-outs"
    rate = done / clock.seconds
    yield Result("million", work, rate, "people/s", higher_is_better=True)


def importing(stack, size):
    lines = "".join(f"{million.key_of(number)}\n" for number in range(1, size + 1))
    file = ContentFile(f"Email\n{lines}".encode(), name="opt-outs.csv")
    one = OptOutImport.objects.take_in(
        file, tables.detect(file), stack.alice, file_name="opt-outs.csv"
    )
    with timed() as clock:
        jobs.work(one.choose(0, "Email", has_header=True).pk)
    yield Result("million", f"opt-out list of {size:,} counted", clock.seconds, "s")
    one.refresh_from_db()
    with timed() as clock:
        jobs.work(one.start(stack.alice).pk)
    yield Result("million", f"opt-out list of {size:,} imported", clock.seconds, "s")
    one.refresh_from_db()
    with timed() as clock:
        jobs.work(one.start_undo(stack.alice, "Measured").pk)
    yield Result("million", f"opt-out list of {size:,} undone", clock.seconds, "s")


def run(stack, size):
    stack.stop("worker", "beat")
    there = million.make(size)
    with timed() as clock:
        figures.recount()
    yield Result("million", "two emails' figures counted", clock.seconds, "s")
    yield from looking(stack, there, size)
    yield from idle(there.campaign)
    yield from opting_out(stack, there.campaign)
    yield from importing(stack, size)
