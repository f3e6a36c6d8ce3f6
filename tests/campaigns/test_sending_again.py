"""A draft for those whom no mail has reached."""

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from campaigns.models import EmailState, MarketingEmail
from deliveries.models import Delivery, DeliveryState
from tests.campaigns import test_report
from tests.campaigns.test_report import mail, url

pytestmark = pytest.mark.django_db
NOW = timezone.now()
# the same world
email = test_report.email
everything = test_report.everything


class TestSendingAgain:
    @pytest.fixture(autouse=True)
    def over(self, email, everything):
        mail(email, bounced_at=NOW, bounce_kind="soft")
        mail(email, DeliveryState.REFUSED, bounce_kind="hard")
        MarketingEmail.objects.update(state=EmailState.STOPPED)

    @pytest.mark.parametrize(
        ("group", "who"),
        [
            ("bounced", Q(state=DeliveryState.EXPIRED) | Q(bounce_kind="soft")),
            ("not_sent", Q(state=DeliveryState.CANCELLED)),
        ],
    )
    def test_makes_a_draft_for_whom_no_mail_has_reached(
        self, client, email, group, who
    ):
        meant = set(Delivery.objects.filter(who).values_list("contact_id", flat=True))
        answer = client.post(url("again", email), {"group": group})
        copy = MarketingEmail.objects.latest("pk")
        assert answer.url == url("review", copy)
        assert (copy.state, copy.subject) == (EmailState.DRAFT, email.subject)
        segment = copy.include.get()
        assert set(segment.members().values_list("pk", flat=True)) == meant

    def test_is_offered_with_the_number(self, client, email):
        page = client.get(url("people", email), {"group": "bounced"})
        assert "Send again to 2" in page.content.decode()

    @pytest.mark.parametrize("group", ["delivered", "unsubscribed", "uncertain"])
    def test_is_not_for_whom_it_may_have_reached(self, client, email, group):
        client.post(url("again", email), {"group": group})
        assert MarketingEmail.objects.count() == 1

    def test_is_not_for_what_is_still_being_sent(self, client, email):
        MarketingEmail.objects.update(state=EmailState.SENDING)
        client.post(url("again", email), {"group": "bounced"})
        assert MarketingEmail.objects.count() == 1

    def test_is_not_for_the_email_of_a_campaign(self, client, email):
        MarketingEmail.objects.update(group="reengagement:1")
        client.post(url("again", email), {"group": "bounced"})
        assert MarketingEmail.objects.count() == 1

    def test_changes_nothing_by_looking(self, client, email):
        assert client.get(url("again", email)).status_code == 405

    def test_is_not_for_outsiders(self, outsider_client, email):
        answer = outsider_client.post(url("again", email), {"group": "bounced"})
        assert reverse("login") in answer.url
        assert MarketingEmail.objects.count() == 1
