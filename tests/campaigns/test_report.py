"""What became of everybody: figures that add up, names, a sentence, a file."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns import figures, places, report
from campaigns.models import EmailState, MarketingEmail
from campaigns.people import sentence
from consent.models import Suppression
from consent.vocabulary import Reason
from deliveries.models import Delivery, DeliveryState, Event, EventKind, Verdict
from segments.models import Segment
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    LinkFactory,
    MarketingEmailFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    no_because,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def email():
    return MarketingEmailFactory(
        state=EmailState.SENDING,
        message=MessageFactory(),
        launched_at=NOW - dt.timedelta(hours=5),
    )


def mail(email, state=DeliveryState.DELIVERED, **fields):
    if state != DeliveryState.DELIVERED:
        fields = {"delivered_at": None, **fields}
    return DeliveryFactory(message=email.message, state=state, **fields)


@pytest.fixture
def everything(email):
    """One mail of every fate, and one of somebody else's email."""
    mail(email)
    mail(email, opened_at=NOW)
    mail(email, opened_at=NOW, clicked_at=NOW, confirmed_at=NOW)
    mail(email, clicked_at=NOW, unsubscribed_at=NOW)
    mail(email, unverified_click_at=NOW)
    mail(email, complained_at=NOW)
    mail(email, bounced_at=NOW, bounce_category="mailbox_full")
    mail(
        email,
        DeliveryState.REFUSED,
        smtp_code=550,
        enhanced_code="5.1.1",
        reply="No such user",
        bounce_category="unknown_user",
    )
    mail(email, DeliveryState.EXPIRED)
    mail(email, DeliveryState.UNCERTAIN)
    mail(email, DeliveryState.QUEUED)
    mail(email, DeliveryState.STARTED)
    mail(email, DeliveryState.NOT_SENT, reason="no_consent")
    mail(email, DeliveryState.NOT_SENT, reason="no_consent")
    mail(email, DeliveryState.NOT_SENT, reason="own_opt_out")
    mail(
        email,
        DeliveryState.NOT_SENT,
        reason="no_address",
        contact=ContactFactory(email=""),
        address=None,
    )
    mail(email, DeliveryState.CANCELLED)
    DeliveryFactory()


def test_the_groups_add_up(email, everything):
    counts = report.tally(email)
    assert counts == {
        "intended": 17,
        "sent": 10,
        "delivered": 6,
        "opened": 3,
        "clicked": 2,
        "unverified": 1,
        "confirmed": 1,
        "bounced": 3,
        "unsubscribed": 1,
        "spam": 1,
        "lost": 2,
        "uncertain": 1,
        "pending": 2,
        "not_sent": 5,
        "opens_known": 6,
        "clicks_known": 6,
    }
    parts = ("sent", "pending", "not_sent")
    assert sum(counts[one] for one in parts) == counts["intended"]
    parts = ("delivered", "bounced", "uncertain")
    assert sum(counts[one] for one in parts) == counts["sent"]


@pytest.mark.parametrize("group", ["not_sent", "bounced"])
def test_the_reasons_of_a_group_add_up_to_it(email, everything, group):
    found = report.reasons(email, group)
    assert sum(count for _, count in found) == report.tally(email)[group]


def test_every_group_page_shows_as_many_rows_as_it_counts(client, email, everything):
    counts = report.tally(email)
    for group in report.GROUPS:
        page = client.get(url("people", email), {"group": group.key})
        assert len(page.context["rows"]) == counts[group.key], group.key


def test_every_reason_leads_to_as_many_rows_as_it_counts(client, email, everything):
    for group in ("not_sent", "bounced"):
        for reason, count in report.reasons(email, group):
            asked = {"group": group, "reason": reason or "unjudged"}
            page = client.get(url("people", email), asked)
            assert len(page.context["rows"]) == count, reason


def test_everybody_gets_a_sentence(email, everything):
    for delivery in Delivery.objects.filter(message=email.message):
        assert sentence(delivery).endswith((".", "user"))


def test_what_the_server_said_stands_in_the_sentence(email, everything):
    refused = Delivery.objects.get(state=DeliveryState.REFUSED)
    assert sentence(refused) == "The receiving server said no. 550 5.1.1 No such user"


def url(name, email):
    return reverse(f"campaigns:{name}", args=[email.pk])


@pytest.mark.parametrize("name", ["detail", "people", "export", "shown"])
def test_an_outsider_has_to_sign_in(outsider_client, email, name):
    response = outsider_client.get(url(name, email))
    assert response.status_code == 302
    assert reverse("login") in response.url


@pytest.mark.parametrize("name", ["detail", "people", "shown"])
def test_a_draft_has_no_report(client, name):
    draft = MarketingEmailFactory()
    assert client.get(url(name, draft)).url == url("content", draft)


@pytest.mark.parametrize(
    "state", [EmailState.SCHEDULED, EmailState.PREPARING, EmailState.STOPPED]
)
def test_the_report_opens_before_anything_was_sent(client, state):
    email = MarketingEmailFactory(state=state, scheduled_at=NOW)
    assert client.get(url("detail", email)).status_code == 200


def test_the_report_asks_a_fixed_number_of_questions(
    client, email, everything, django_assert_num_queries
):
    # session, user, email, figures, machine clicks, reasons, losses, emails before,
    # links and who clicked them, opens and clicks by the hour, account, who left
    # meanwhile, by provider, by domain, and what waits for its hour
    with django_assert_num_queries(16):
        client.get(url("detail", email))


def test_the_people_ask_a_fixed_number_of_questions(
    client, email, everything, django_assert_num_queries
):
    # session, user, email, figures, page, reasons, account, whom it may go to again
    with django_assert_num_queries(6):
        client.get(url("people", email), {"group": "not_sent"})


def test_the_figures_refresh_while_it_is_sent_and_the_page_when_it_is_over(
    client, email
):
    live = client.get(url("detail", email), headers={"HX-Request": "true"})
    assert 'id="figures"' in live.content.decode()
    assert "<html" not in live.content.decode()
    assert "HX-Refresh" not in live
    MarketingEmail.objects.update(state=EmailState.SENT)
    over = client.get(url("detail", email), headers={"HX-Request": "true"})
    assert over["HX-Refresh"] == "true"


def test_clicks_are_told_by_who_was_behind_them(client, email, everything):
    delivery = mail(email)
    link = LinkFactory(message=email.message, position=0)
    Event.objects.create(
        kind=EventKind.CLICK,
        delivery_id=delivery.pk,
        message=email.message,
        address=delivery.address,
        link=link,
        verdict=Verdict.MACHINE,
    )
    context = client.get(url("detail", email)).context
    assert [one["count"] for one in context["clicks"]] == [2, 1, 1]
    assert [one["machines"] for one in context["links"]] == [1]


def test_where_the_mail_went_adds_up_to_the_figures(email, everything):
    Delivery.objects.filter(state=DeliveryState.REFUSED).update(provider="gmail")
    counts, rows = report.tally(email), places.by_provider(email)
    assert [row["name"] for row in rows] == ["Others", "Gmail"]
    for key in places.COUNTED:
        assert sum(row[key] for row in rows) == counts[key], key


def test_the_domains_with_most_mail_are_told(email):
    for number in range(12):
        mail(email, contact=ContactFactory(email=f"a@d{number}.example"))
    mail(email, contact=ContactFactory(email="b@d7.example"))
    rows = places.by_domain(email)
    assert (len(rows), rows[0]["name"], rows[0]["sent"]) == (10, "d7.example", 2)


def opts_out(delivery, after, **scope):
    """Her no, committed so many seconds after her mail was started."""
    act = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress(
        [delivery.address_id], Reason.OWN_OPT_OUT, act, **scope
    )
    said = delivery.started_at + dt.timedelta(seconds=after)
    Suppression.objects.filter(address=delivery.address_id).update(created_at=said)


@pytest.mark.parametrize(
    ("after", "taken", "expected"),
    [(1, 3, 1), (-1, 3, 0), (5, 3, 0), (1, None, 1)],
)
def test_who_opts_out_while_her_mail_is_handed_over_is_counted(
    email, after, taken, expected
):
    began = NOW - dt.timedelta(minutes=5)
    done = None if taken is None else began + dt.timedelta(seconds=taken)
    state = DeliveryState.DELIVERED if done else DeliveryState.STARTED
    opts_out(mail(email, state, started_at=began, settled_at=done), after)
    assert report.left_on_the_way(email) == expected


def test_a_no_to_another_type_is_none_to_this_email(email):
    began = NOW - dt.timedelta(minutes=5)
    one = mail(email, DeliveryState.STARTED, started_at=began, settled_at=None)
    opts_out(one, 1, subscription_type=SubscriptionTypeFactory())
    assert report.left_on_the_way(email) == 0


def test_the_report_tells_who_opted_out_on_the_way(client, email):
    began = NOW - dt.timedelta(minutes=5)
    opts_out(mail(email, started_at=began, settled_at=NOW), 1)
    page = client.get(url("detail", email)).content.decode()
    assert "1 opted out while their mail was being handed over." in page


def test_the_curve_ends_at_the_figures(email, everything):
    series = report.curve(email, figures.counted(email))["series"]
    assert [one["values"][-1] for one in series] == [2, 2]


def test_the_rows_go_on_after_fifty_and_back(client, email):
    for _ in range(52):
        mail(email)
    first = client.get(url("people", email))
    assert len(first.context["rows"]) == 50
    second = client.get(url("people", email) + first.context["page"].next)
    assert len(second.context["rows"]) == 2
    assert second.context["page"].next == ""
    again = client.get(url("people", email) + second.context["page"].previous)
    assert again.context["rows"] == first.context["rows"]
    assert again.context["page"].previous == ""


def test_one_person_is_found(client, email, everything):
    person = mail(email, contact=ContactFactory(email="find.me@people.example"))
    page = client.get(url("people", email), {"q": "find.me"})
    assert [row.delivery for row in page.context["rows"]] == [person]


def test_an_unknown_group_is_not_found(client, email):
    assert client.get(url("people", email), {"group": "friends"}).status_code == 404


def test_the_file_holds_everybody_of_the_group_and_no_formula(client, email):
    contact = ContactFactory(first_name="=cmd()", email="a@people.example")
    mail(email, contact=contact)
    mail(email, DeliveryState.NOT_SENT, reason="no_consent")
    response = client.get(url("export", email), {"group": "delivered"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text))
    assert header[:2] == ["Email", "First name"]
    assert row[:2] == ["a@people.example", "'=cmd()"]
    assert response["Content-Disposition"].endswith('-delivered.csv"')


def test_a_segment_is_made_of_a_group(client, email, everything):
    response = client.post(url("segment", email), {"group": "bounced"})
    made = Segment.objects.get()
    assert response.url == made.get_absolute_url()
    assert (made.kind, made.members().count()) == ("static", 3)
    client.post(url("segment", email), {"group": "bounced"})
    made.archive()
    client.post(url("segment", email), {"group": "bounced"})
    client.post(url("segment", email), {"group": "bounced"})
    names = Segment.objects.current().order_by("pk").values_list("name", flat=True)
    assert list(names) == [f"{made.name} 2", made.name, f"{made.name} 3"]


def test_a_reason_that_is_none_makes_an_empty_segment(client, email):
    form = {"group": "not_sent", "reason": "x" * 5_000}
    assert client.post(url("segment", email), form).status_code == 302
    assert Segment.objects.get().members().count() == 0


def test_the_list_shows_the_last_count(client, email, everything):
    assert figures.recount() == 1
    page = client.get(reverse("campaigns:list"))
    assert page.context["page"].rows[0].tally["sent"] == 10


def test_what_is_long_over_is_not_counted_again(email):
    figures.recount()
    long_ago = NOW - dt.timedelta(days=90)
    MarketingEmail.objects.update(state=EmailState.SENT, finished_at=long_ago)
    assert figures.recount() == 0


def test_a_large_email_is_shown_as_of_the_last_count(
    client, email, everything, monkeypatch
):
    monkeypatch.setattr(figures, "LARGE", 2)
    before = client.get(url("detail", email)).context
    assert before["counted_at"] is None
    figures.recount()
    email.refresh_from_db()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url("detail", email))
    assert not any("deliveries_delivery" in one["sql"] for one in asked)
    assert "Counted" in answer.content.decode()
    names = ("strip", "adds_up", "clicks", "reasons", "links", "curve", "places")
    for name in names:
        assert answer.context[name] == before[name], name


def test_a_large_email_is_counted_less_often_while_it_is_sent(
    email, everything, monkeypatch
):
    monkeypatch.setattr(figures, "LARGE", 2)
    email.__class__.objects.update(state="sending")
    assert figures.recount() == 1
    assert figures.recount() == 0
    email.__class__.objects.update(tallied_at=timezone.now() - dt.timedelta(minutes=2))
    assert figures.recount() == 1


def test_the_end_of_the_sending_is_counted_at_once(email, everything):
    figures.recount()
    email.__class__.objects.update(state="sent", finished_at=timezone.now())
    assert figures.recount() == 1
    assert figures.recount() == 0


def test_two_workers_do_not_count_the_same_email(email, everything, monkeypatch):
    counted, others = figures.counted, []

    def count_while_another_looks(one):
        monkeypatch.setattr(figures, "counted", counted)
        others.append(figures.recount())
        return counted(one)

    monkeypatch.setattr(figures, "counted", count_while_another_looks)
    email.__class__.objects.update(state="sent", finished_at=timezone.now())
    assert (figures.recount(), others) == (1, [0])


@pytest.mark.parametrize(("hours", "is_fresh"), [(1, True), (71, True), (73, False)])
def test_delivered_is_provisional_for_three_days(hours, is_fresh):
    ended = timezone.now() - dt.timedelta(hours=hours)
    email = MarketingEmail(launched_at=ended, finished_at=ended)
    assert report.is_provisional(email) is is_fresh
    counts = {"delivered": 3, "sent": 4}
    figure = report.rate(counts, report.BY_KEY["delivered"], provisional=is_fresh)
    assert ("provisional" in figure["note"]) is is_fresh
