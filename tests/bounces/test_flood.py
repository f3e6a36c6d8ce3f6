"""A flood of forged reports: it costs little, changes nothing and holds nobody up."""

import time

import pytest
from django.conf import settings

from bounces.listener import is_taken
from bounces.models import Outcome, Report, Source
from bounces.recording import Incoming, record, record_many
from consent.models import Suppression
from deliveries import magic
from deliveries.models import Delivery
from deliveries.tokens import Purpose, Token, sign
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db
MAIL = b"From: News <news@brand.example>\r\nSubject: Hi\r\n\r\nHello"
MANY = 300


def return_path(delivery):
    token = Token(delivery.message_id, delivery.pk, delivery.address_id)
    return f"b-{sign(token, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"


def forged(delivery, number):
    """With the right numbers, and a signature that is not ours."""
    local, _, domain = return_path(delivery).partition("@")
    turned = local[:-4] + f"{number % 7_000 + 2_000}".translate(
        str.maketrans("01", "23")
    )
    return f"{turned}@{domain}"


def report(to, email):
    return Incoming(magic.bounce(MAIL, to, email), Source.LISTENER, to)


def test_is_refused_before_its_content_without_a_question_to_the_database(
    django_assert_num_queries,
):
    delivery = DeliveryFactory()
    before = time.process_time()
    with django_assert_num_queries(0):
        taken = [is_taken(forged(delivery, number)) for number in range(MANY)]
    assert not any(taken)
    assert (time.process_time() - before) / MANY < 0.002
    assert is_taken(return_path(delivery))


def test_takes_few_statements_locks_no_address_and_changes_nothing(
    django_assert_max_num_queries,
):
    delivery = DeliveryFactory()
    email = delivery.contact.email
    flood = [report(forged(delivery, number), email) for number in range(MANY)]
    with django_assert_max_num_queries(10) as asked:
        record_many(flood)
    assert {row.outcome for row in Report.objects.all()} == {Outcome.REVIEW}
    locks = [one["sql"] for one in asked.captured_queries if "NO KEY" in one["sql"]]
    assert all("ANY('{}'::bigint[])" in sql for sql in locks)
    assert not Suppression.objects.exists()
    assert Delivery.objects.filter(bounce_kind="").count() == 1


def test_lets_the_true_report_through(django_assert_max_num_queries):
    delivery = DeliveryFactory()
    email = delivery.contact.email
    record_many(report(forged(delivery, number), email) for number in range(MANY))
    to = return_path(delivery)
    with django_assert_max_num_queries(25):
        found = record(
            magic.bounce(MAIL, to, email), envelope_to=to, source=Source.LISTENER
        )
    assert found.outcome == Outcome.DONE


def test_the_same_forgery_again_is_kept_once():
    delivery = DeliveryFactory()
    one = report(forged(delivery, 1), delivery.contact.email)
    record_many([one] * MANY)
    record_many([one] * MANY)
    assert Report.objects.count() == 1
