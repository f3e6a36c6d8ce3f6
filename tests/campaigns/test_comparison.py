"""Whom an email cost, and how it stands beside those before it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns import comparison, figures, losses, report
from campaigns.comparison import Row, findings
from campaigns.models import EmailState, MarketingEmail
from campaigns.people import people
from deliveries.models import DeliveryState
from tests.factories import (
    DeliveryFactory,
    MarketingEmailFactory,
    MessageFactory,
    SubscriptionTypeFactory,
)

NOW = timezone.now()


def row(clicked, lost=0, sent=1_000, *, tracked=True):
    counts = dict.fromkeys(("sent", "delivered", "opens_known", "clicks_known"), sent)
    counts["opened"] = 0
    return Row(
        "One", "", NOW, {**counts, "clicked": clicked, "lost": lost}, True, tracked
    )


def told(*rows):
    return [sentence.partition(":")[0] for sentence in findings(rows)]


def test_more_and_fewer_are_told_beside_the_middle_of_those_before():
    found = told(row(100, lost=1), row(50, 20), row(40, 30), row(900, 25))
    assert found == [
        "10.0% clicked, more than usual",
        "0.1% were lost, fewer than usual",
    ]


def test_what_chance_may_do_is_as_usual():
    assert told(row(55), row(50))[0] == "5.5% clicked, about as usual"


def test_the_sentence_says_what_is_usual():
    assert findings([row(100), row(50)])[0].endswith(
        "usual: the email before had 5.0%."
    )
    found = findings([row(100), row(50), row(60)])[0]
    assert found.endswith("usual: the middle of the 2 before is 5.5%.")


def test_few_mails_are_not_compared():
    assert findings([row(9, sent=99), row(50)]) == []
    assert findings([row(100), row(9, sent=99)]) == []


def test_clicks_that_were_not_tracked_are_not_compared():
    assert told(row(0, tracked=False), row(50)) == ["0.0% were lost, about as usual"]


def test_earlier_clicks_that_were_not_tracked_are_not_those_of_nobody():
    found = findings([row(100), row(0, tracked=False), row(100)])[0]
    assert found == "10.0% clicked, about as usual: the email before had 10.0%."


def test_beside_emails_without_tracked_clicks_nothing_is_said_of_clicks():
    assert told(row(100), row(0, tracked=False)) == ["0.0% were lost, about as usual"]


pages = pytest.mark.django_db


@pytest.fixture
def kind(db):
    return SubscriptionTypeFactory()


def sent(about, days_ago, **fields):
    then = NOW - dt.timedelta(days=days_ago)
    usual = {
        "state": EmailState.SENT,
        "tally": {"sent": 10, "delivered": 9},
        "launched_at": then,
        "finished_at": then,
    }
    message = MessageFactory(subscription_type=about)
    return MarketingEmailFactory(
        subscription_type=about, message=message, **(usual | fields)
    )


def detail(email):
    return reverse("campaigns:detail", args=[email.pk])


def test_the_last_five_of_the_same_type_before_it_are_beside_it(kind):
    email = sent(kind, 1)
    before = [sent(kind, days) for days in range(2, 9)]
    sent(SubscriptionTypeFactory(), 2)
    sent(kind, 0)
    sent(kind, 2, kind="reengagement")
    sent(kind, 2, state=EmailState.SENDING)
    assert list(MarketingEmail.objects.before(email)) == before[:5]


def test_the_first_email_of_its_type_has_nothing_beside_it(kind, client):
    email = sent(kind, 1)
    assert comparison.rows(email, figures.of(email)) == []
    assert "Beside earlier emails" not in client.get(detail(email)).content.decode()


def test_figures_that_were_stored_before_losses_were_counted_are_a_dash(kind, client):
    sent(kind, 5, tally={"sent": 10, "delivered": 9, "opened": 3, "clicked": 1})
    sent(kind, 6, tally={})
    answer = client.get(detail(sent(kind, 1)))
    assert [one.counts["lost"] for one in answer.context["compared"]] == [0, None, None]
    assert "Beside earlier emails" in answer.content.decode()


MANY = {"sent": 1_000, "delivered": 1_000, "clicked": 100, "lost": 0}


@pytest.mark.parametrize(
    ("state", "finished_ago", "is_told"),
    [
        (EmailState.SENDING, None, False),
        (EmailState.SENT, dt.timedelta(hours=47), False),
        (EmailState.SENT, dt.timedelta(hours=49), True),
        (EmailState.STOPPED, dt.timedelta(hours=49), True),
    ],
)
def test_how_an_email_did_is_told_two_days_after_its_last_mail(
    kind, state, finished_ago, is_told
):
    finished = finished_ago and NOW - finished_ago
    sent(kind, 9, tally=MANY)
    email = sent(kind, 3, state=state, finished_at=finished)
    found = comparison.told(email, comparison.rows(email, MANY))
    assert (comparison.LATER not in found) is is_told
    assert any("as usual" in sentence for sentence in found) is is_told


def test_nothing_is_announced_where_there_is_nothing_to_compare(kind):
    assert comparison.told(sent(kind, 1), []) == []


def test_the_report_shows_the_table_before_it_says_how_the_email_did(kind, client):
    sent(kind, 9, tally=MANY)
    page = client.get(detail(sent(kind, 1))).content.decode()
    assert "Beside earlier emails" in page
    assert comparison.LATER in page


def test_earlier_emails_are_not_counted_again(kind, client, django_assert_num_queries):
    for days in range(2, 8):
        sent(kind, days)
    email = sent(kind, 1)
    # session, user, email, figures, machine clicks, reasons, losses, emails before,
    # links and who clicked them, opens and clicks by the hour, account
    with django_assert_num_queries(15):
        client.get(detail(email))


@pytest.fixture
def costly(kind):
    """Four people lost, one of them in every way, and one who stays."""
    email = sent(kind, 1)

    def mail(**fields):
        DeliveryFactory(message=email.message, **fields)

    mail(complained_at=NOW, unsubscribed_at=NOW, bounced_at=NOW, bounce_kind="hard")
    mail(unsubscribed_at=NOW)
    mail(unsubscribed_at=NOW)
    refused = {"state": DeliveryState.REFUSED, "delivered_at": None}
    mail(bounced_at=NOW, bounce_kind="hard", **refused)
    mail(bounced_at=NOW, bounce_kind="soft", **refused)
    mail()
    return email


def test_everybody_who_is_lost_counts_once_under_the_gravest(costly):
    assert report.tally(costly)["lost"] == 4
    assert report.reasons(costly, "lost") == [
        ("lost_left", 2),
        ("lost_hard", 1),
        ("lost_spam", 1),
    ]


@pytest.mark.parametrize("loss", losses.LOSSES, ids=lambda loss: loss.key)
def test_each_loss_leads_to_as_many_people_as_it_counts(costly, loss):
    found = people(costly, report.BY_KEY["lost"], loss.key, "")
    assert found.count() == dict(report.reasons(costly, "lost"))[loss.key]


def test_the_report_shows_who_was_lost_and_leads_there(costly, client):
    answer = client.get(detail(costly))
    assert [one["count"] for one in answer.context["lost"]] == [2, 1, 1]
    there = client.get(answer.context["lost"][0]["url"])
    assert len(there.context["rows"]) == 2


def test_a_segment_is_made_of_those_who_were_lost(costly, client):
    url = reverse("campaigns:segment", args=[costly.pk])
    made = client.post(url, {"group": "lost", "reason": "lost_left"}, follow=True)
    assert "with 2 contacts" in made.content.decode()
