"""Whatever comes back in whatever order and however often: the same in the end."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bounces import judging
from bounces.codes import judge
from bounces.models import Bounce, DomainCheck, Incident
from consent.models import Suppression
from deliveries.models import Delivery
from tests.bounces.test_incidents import refused

pytestmark = [pytest.mark.django_db, pytest.mark.property]
REPLIES = (
    (550, "5.1.1", "550 5.1.1 user unknown"),
    (550, "5.7.1", "550 5.7.1 poor reputation of your domain"),
    (552, "5.2.2", "552 5.2.2 mailbox full"),
    (550, "5.1.2", "550 5.1.2 domain not found"),
    (550, "5.7.17", "550 5.7.17 mailbox owner has changed"),
    (451, "4.3.0", "451 4.3.0 try again later"),
)
PLACES = ("gmail.com", "firm.example")


def left():
    """What is remembered, without keys and moments."""
    return (
        sorted(Suppression.objects.values_list("address__key", "reason", "lifted_by")),
        sorted(Bounce.objects.values_list("address__key", "category", "kind")),
        sorted(
            Bounce.objects.filter(incident__isnull=False).values_list(
                "address__key", "incident__place", "incident__pattern"
            )
        ),
        sorted(DomainCheck.objects.values_list("domain", flat=True)),
        Incident.objects.count(),
    )


def play(mails, order, batch):
    """These refusals, judged in this order by so many at a time, twice."""
    for number in order:
        place, reply = mails[number]
        code, enhanced, words = REPLIES[reply]
        refused(f"p{number}@{PLACES[place]}", words, code, enhanced)
    judging.judge_refusals(limit=batch)
    everything = list(Delivery.objects.all())
    judging.act(
        [
            (row, judge(row.smtp_code, row.enhanced_code, row.reply))
            for row in everything
        ]
    )
    return left()


def in_a_world_of_its_own(mails, order, batch):
    with transaction.atomic():
        found = play(mails, order, batch)
        transaction.set_rollback(True)
    return found


@given(data=st.data())
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_order_batches_and_repetition_change_nothing(db, data):
    mails = data.draw(
        st.lists(
            st.tuples(st.integers(0, 1), st.integers(0, len(REPLIES) - 1)),
            min_size=2,
            max_size=8,
        )
    )
    order = data.draw(st.permutations(range(len(mails))))
    found = []
    for turn, batch in ((list(range(len(mails))), 100), (order, 3)):
        found.append(in_a_world_of_its_own(mails, turn, batch))
    assert found[0] == found[1]
