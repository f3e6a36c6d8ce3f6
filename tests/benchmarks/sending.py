"""How fast one worker sends, beside smtplib with mails that are ready already.

The worker takes rows from the database, asks once more about each person, writes
the mail and settles it, all durably; the baseline only speaks SMTP.
"""

import smtplib

from django.conf import settings
from django.utils import timezone

from contacts.models import Contact
from deliveries import audience, previews, rendering, sending
from deliveries.models import Delivery
from tests.benchmarks.frame import Result, timed
from tests.crowd import make_readers
from tests.factories import MessageFactory
from tests.fast_sink import fast_sink

SIZES = [5_000]


def run(stack, size):
    stack.stop("worker", "beat")
    message = MessageFactory()
    make_readers(message.subscription_type, size)
    with timed() as fixing:
        audience.fix(message, Contact.objects.all())
    yield Result("sending", "fix the audience", size / fixing.seconds, "people/s")
    with fast_sink() as port:
        settings.LISTWELL_SMTP = settings.LISTWELL_SMTP | {"port": port}
        baseline = by_smtplib(port, ready_mails(message, size))
        with timed() as clock:
            while Delivery.objects.filter(state="queued").exists():
                sending.send_due(lanes=2)
    assert Delivery.objects.filter(state="delivered").count() == size
    yield Result(
        "sending",
        f"{size} mails, one worker",
        size / clock.seconds,
        "mails/s",
        baseline=baseline,
        bar=0.5,
        higher_is_better=True,
    )


def ready_mails(message, size):
    """The very mails, written beforehand."""
    compiled = rendering.Compiled.of(message)
    rows = Delivery.objects.select_related("address", "contact").order_by("pk")
    now = timezone.now()
    for row in rows[:size]:
        person = rendering.Recipient(
            message_id=message.pk,
            delivery_id=row.pk,
            address_id=row.address_id,
            deliver_to=row.address.key,
            queued_at=row.queued_at,
            values=previews.values_of(row.contact, {}),
        )
        content = rendering.render(compiled, person, now=now)
        yield rendering.return_path(person), person.deliver_to, content


def by_smtplib(port, mails):
    """Mails a second over one connection."""
    ready = list(mails)
    with smtplib.SMTP("127.0.0.1", port, "bench.example") as client, timed() as clock:
        for mail_from, rcpt_to, content in ready:
            client.sendmail(mail_from, [rcpt_to], content)
    return len(ready) / clock.seconds
