"""The report of an email that is being sent: every look at it adds up."""

import html
import re
import threading

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from campaigns import figures, launching, report
from campaigns.models import EmailState, MarketingEmail
from consent.models import Suppression
from consent.vocabulary import Reason
from deliveries import sending
from deliveries.models import Delivery, DeliveryState
from tests.campaigns.test_sending import start
from tests.deliveries.conftest import sink as sink
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    MarketingEmailFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
    no_because,
)

PARTS = ("delivered", "bounced", "uncertain", "pending", "not_sent")
ANSWERS = ("550 5.1.1 No such user", "451 4.7.1 Not yet", "250 2.0.0 fine")
READERS = 240


def sums(counts):
    """{what: (the whole, its parts added up)} of one look at the report."""
    sent = sum(counts[one] for one in ("delivered", "bounced", "uncertain"))
    found = {
        "intended": (counts["intended"], sum(counts[one] for one in PARTS)),
        "sent": (counts["sent"], sent),
        "not sent": (counts["not_sent"], sum(n for _, n in counts["reasons"])),
        "lost": (counts["lost"], sum(n for _, n in counts["lost_by"])),
    }
    for place in ("by_provider", "by_domain"):
        found[place] = (counts["sent"], sum(row["sent"] for row in counts[place]))
    return found


class TestARealSend:
    """Some are taken, some refused, some put off, some opt out meanwhile."""

    @pytest.fixture
    def email(self, transactional_db, sink):
        kind = SubscriptionTypeFactory()
        people = ContactFactory.create_batch(READERS)
        for place, one in enumerate(people):
            agree(one, kind)
            sink.answers[one.email] = ANSWERS[place % len(ANSWERS)]
        draft = MarketingEmailFactory(subscription_type=kind)
        draft.choose([make_segment(*people, ContactFactory())], [])
        launching.prepare(start(draft, UserFactory()))
        return MarketingEmail.objects.get()

    def test_adds_up_whenever_somebody_looks(self, email):
        addresses = Delivery.objects.order_by("-pk").values_list("address", flat=True)
        leaving = list(addresses)
        looks = [figures.of(email)]
        sender = threading.Thread(target=send_beside)
        sender.start()
        while sender.is_alive():
            looks.append(figures.of(email))
            if leaving:
                opt_out(leaving.pop())
        sender.join()
        looks.append(figures.of(email))
        wrong = [found for look in looks for found in sums(look).values()]
        assert [pair for pair in wrong if pair[0] != pair[1]] == []
        # seen before, within and after it
        assert len({look["sent"] for look in looks}) > 2


def send_beside():
    try:
        sending.send_due()
    finally:
        connections.close_all()


def opt_out(address):
    because = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress([address], Reason.OWN_OPT_OUT, because)


@pytest.mark.django_db
class TestEveryFate:
    @pytest.mark.parametrize("came_back", [None, timezone.now()])
    @pytest.mark.parametrize("state", DeliveryState.values)
    def test_a_mail_is_in_one_part_and_no_other(self, state, came_back):
        email = MarketingEmailFactory(message=MessageFactory())
        DeliveryFactory(
            message=email.message,
            state=state,
            reason="no_consent" if state == DeliveryState.NOT_SENT else "",
            delivered_at=None,
            bounced_at=came_back,
        )
        counts = report.tally(email)
        assert sum(counts[one] for one in PARTS) == 1


@pytest.mark.django_db
class TestTheListOfRecipients:
    @pytest.fixture
    def email(self):
        return MarketingEmailFactory(
            state=EmailState.SENDING,
            message=MessageFactory(),
            launched_at=timezone.now(),
        )

    @pytest.fixture
    def look(self, client, email):
        """`look(group="delivered")`: the list, as it is drawn now."""
        address = reverse("campaigns:people", args=[email.pk])
        return lambda **asked: client.get(address, asked)

    def news(self, client, url):
        """What it is told, and where it asks next."""
        said = client.get(url, headers={"hx-request": "true"}).content.decode()
        return said, html.unescape(re.search('hx-get="([^"]+)"', said)[1])

    def test_asks_for_news_while_it_is_sent(self, look):
        said = look(group="delivered").content.decode()
        assert 'hx-trigger="every 5s"' in said

    def test_asks_for_none_once_it_is_over(self, look):
        MarketingEmail.objects.update(state=EmailState.SENT)
        assert 'hx-trigger="every 5s"' not in look().content.decode()

    def test_is_told_how_many_more_there_are(self, client, look, email):
        poll = look(group="delivered").context["poll"]
        DeliveryFactory.create_batch(2, message=email.message)
        said, _ = self.news(client, poll)
        assert "2 more." in said

    def test_is_told_once(self, client, look, email):
        poll = look(group="delivered").context["poll"]
        DeliveryFactory(message=email.message)
        _, next_poll = self.news(client, poll)
        assert "more." not in self.news(client, next_poll)[0]

    def test_is_told_of_a_group_that_grows_smaller(self, client, look, email):
        DeliveryFactory(
            message=email.message, state=DeliveryState.QUEUED, delivered_at=None
        )
        poll = look(group="pending").context["poll"]
        Delivery.objects.all().delete()
        assert "1 fewer." in self.news(client, poll)[0]

    def test_counts_those_with_the_chosen_reason_alone(self, client, look, email):
        poll = look(group="not_sent", reason="no_consent").context["poll"]
        for reason in ("no_consent", "own_opt_out"):
            DeliveryFactory(
                message=email.message,
                state=DeliveryState.NOT_SENT,
                reason=reason,
                delivered_at=None,
            )
        assert "1 more." in self.news(client, poll)[0]

    def test_the_way_to_them_keeps_group_and_search(self, client, look, email):
        poll = look(group="delivered", q="ada").context["poll"]
        DeliveryFactory(message=email.message)
        assert "people/?group=delivered&amp;q=ada" in self.news(client, poll)[0]

    def test_nonsense_in_the_address_is_no_number(self, client, email):
        address = reverse("campaigns:news", args=[email.pk])
        assert client.get(f"{address}?seen=x&told=9e9").status_code == 200

    def test_the_news_ask_a_fixed_number_of_questions(
        self, client, look, email, django_assert_num_queries
    ):
        poll = look(group="not_sent", reason="no_consent").context["poll"]
        # session, user, email, figures, reasons
        with django_assert_num_queries(5):
            self.news(client, poll)

    def test_a_stranger_is_sent_away(self, outsider_client, email):
        address = reverse("campaigns:news", args=[email.pk])
        assert outsider_client.get(address).status_code == 302
