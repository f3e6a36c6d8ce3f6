"""Sending with every promise kept: worker processes beside bare loops over a socket.

A worker claims rows, locks addresses, asks again, writes the start durably, makes the
mail, sends it and writes the outcome. The two baselines send one prebuilt mail over
one connection and do nothing else. Worker and baselines are kept to the first core;
the sink to the last; the database goes where it likes.
"""

import contextlib
import json
import os
import smtplib
import socket
import statistics
import subprocess
import sys

from django.conf import settings
from django.utils import timezone

from contacts.models import Contact
from deliveries import audience, rendering, smtp
from deliveries.models import Delivery
from tests import million
from tests.benchmarks import claims, letter
from tests.benchmarks.frame import Result, timed
from tests.factories import MessageFactory
from tests.sinks import quickest_sink

SIZES = [100_000]
READY = 3_000
FIRST, LAST = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
LEAST_OF_SMTPLIB, LEAST_OF_SOCKET, LEAST_OF_TWO = 1.0, 0.6, 1.7
MOST_MEMORY, MOST_GROWTH = 200, 20


def run(stack, size):
    stack.stop("worker", "beat", "web")
    kind = million.make_people(size * 5 // 2)
    million.vacuum()
    with sink_for_all() as port:
        message = MessageFactory(subscription_type=kind, blocks=letter.blocks())
        audience.fix(message, Contact.objects.all())
        before = baselines(message, port)
        one = workers(stack, port, [size], [FIRST])
        after = baselines(message, port)
        yield from beside(size, one, [before, after])
        yield from flat(one[0])
        two = workers(stack, port, [size // 2] * 2, [FIRST, LAST])
        yield twice(one, two)
    yield from claims.compared(kind)


@contextlib.contextmanager
def sink_for_all():
    """The port of a sink on the last core: what it is gets told; mail goes there."""
    with quickest_sink(LAST) as (name, port):
        sys.stderr.write(f"mail goes to {name}\n")
        settings.LISTWELL_SMTP = settings.LISTWELL_SMTP | {"port": port}
        yield port


def beside(size, told, rounds):
    """Medians of what the baselines reached before and after."""
    work = f"{size:,} mails, one worker on one core; baseline: "
    smtplibs, sockets = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    values = rate(told), "mails/s"
    by_smtplib = f"{work}smtplib, one prebuilt mail over one connection"
    yield Result("send", by_smtplib, *values, smtplibs, LEAST_OF_SMTPLIB, True)
    by_socket = f"{work}a bare socket that pipelines"
    yield Result("send", by_socket, *values, sockets, LEAST_OF_SOCKET, True)
    share = told[0]["cpu"] / told[0]["mails"] * 1e6
    yield Result("send", "processor time of the worker", share, "microseconds/mail")


def flat(told):
    least, most = told["memory"]
    yield Result("send", "memory of the worker", most, "MB", bar=MOST_MEMORY)
    grown = "memory added between the first thousand mails and the last"
    yield Result("send", grown, most - least, "MB", bar=MOST_GROWTH)


def twice(one, two):
    work = "two workers on two cores; baseline: one worker"
    return Result("send", work, rate(two), "mails/s", rate(one), LEAST_OF_TWO, True)


def rate(told):
    began, ended = min(t["began"] for t in told), max(t["ended"] for t in told)
    return sum(t["mails"] for t in told) / (ended - began)


def workers(stack, port, shares, cores):
    """One process each, all let go at once; what each tells."""
    with contextlib.ExitStack() as running:
        started = [
            running.enter_context(_drain(stack, port, share, core))
            for share, core in zip(shares, cores, strict=True)
        ]
        for process in started:
            assert process.stdout.readline() == "ready\n"
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [json.loads(process.stdout.readline()) for process in started]


def _drain(stack, port, share, core):
    command = ["-m", "tests.benchmarks.drain", str(share), str(core)]
    return subprocess.Popen(
        [sys.executable, *command],
        env=stack.env | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def baselines(message, port):
    """Mails a second (by smtplib, by a bare socket), on the worker's core."""
    mail = ready_mail(message)
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {FIRST})
    try:
        return by_smtplib(port, mail), by_socket(port, mail)
    finally:
        os.sched_setaffinity(0, everywhere)


def ready_mail(message):
    row = Delivery.objects.filter(message=message).select_related("address").first()
    person = rendering.Recipient(
        message_id=message.pk,
        delivery_id=row.pk,
        address_id=row.address_id,
        deliver_to=row.address.key,
        queued_at=row.queued_at,
        values={"first_name": "Ada"},
    )
    content = rendering.render(
        rendering.Compiled.of(message), person, now=timezone.now()
    )
    return smtp.Mail(1, rendering.return_path(person), person.deliver_to, content)


def by_smtplib(port, mail):
    envelope = mail.mail_from, [mail.rcpt_to], mail.content
    with smtplib.SMTP("127.0.0.1", port, "bench.example") as client, timed() as clock:
        for _ in range(READY):
            client.sendmail(*envelope)
    return READY / clock.seconds


def by_socket(port, mail):
    """Text and next envelope in one write; the answers are counted, not read."""
    envelope = (
        f"MAIL FROM:<{mail.mail_from}>\r\nRCPT TO:<{mail.rcpt_to}>\r\nDATA\r\n"
    ).encode()
    octets = smtp.data_of(mail.content) + envelope
    with socket.create_connection(("127.0.0.1", port)) as line, timed() as clock:
        line.sendall(b"EHLO bench.example\r\n" + envelope)
        for _ in range(READY):
            _read_until(line, b"354 go on\r\n")
            line.sendall(octets)
        _read_until(line, b"354 go on\r\n")
    return READY / clock.seconds


def _read_until(line, end):
    answer = b""
    while not answer.endswith(end):
        answer += line.recv(4096)
