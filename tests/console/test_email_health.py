"""The email health page: rates against limits, by provider, and what to do."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from accounts.roles import Role
from console.email_health import window
from console.mail_rates import MEASURES, Place, Rates
from deliveries.models import Day
from tests.factories import UserFactory

URL = "/email-health/"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
HARD, SPAM, LEFT = MEASURES


def day(provider="gmail", at=NOW - dt.timedelta(days=5), **counts):
    sent = counts.get("sent", 1_000)
    usual = {"sent": sent, "delivered": sent, "open_tracked": sent}
    return Day(day=at.date(), provider=provider, **{**usual, **counts})


def rates(*days, telling=("yahoo",)):
    return Rates.of(days, telling)


@pytest.mark.parametrize(
    ("hard", "state"),
    [(0, "well"), (19, "well"), (20, "many"), (49, "many"), (50, "too_many")],
)
def test_hard_bounces_are_judged_from_two_and_from_five_percent(hard, state):
    assert rates(day(hard=hard)).everybody.judged(HARD) == state


@pytest.mark.parametrize(
    ("reports", "state"), [(0, "well"), (1, "many"), (2, "many"), (3, "too_many")]
)
def test_spam_reports_are_judged_where_a_provider_tells(reports, state):
    found = rates(day("yahoo", complaints=reports), day("gmail", sent=50_000))
    assert found.everybody.judged(SPAM) == state


def test_a_provider_that_tells_nothing_is_not_said_to_have_no_reports():
    found = rates(day("gmail"))
    assert found.providers[0].rate(SPAM.part, SPAM.base) == "–"
    assert found.figures()[4]["note"] == "no provider told"


def test_opens_are_a_share_of_what_was_tracked():
    found = rates(day(opened=30, open_tracked=100))
    assert found.everybody.rate("opened", "open_tracked") == "30.0%"


def test_few_mails_to_a_provider_are_not_judged():
    assert rates(day(sent=99, hard=50)).providers[0].state == "too_little"


def test_providers_stand_in_the_order_of_their_mail():
    found = rates(day("yahoo"), day("gmail", sent=5_000), day("icloud"))
    assert [one.name for one in found.providers] == ["Gmail", "Yahoo and AOL", "iCloud"]


def test_all_is_well_in_one_sentence():
    (only,) = rates(day()).advice()
    assert only.tint == "ok"


def test_what_is_worst_is_told_first():
    found = rates(day("yahoo", complaints=1, hard=70, unsubscribed=5)).advice()
    assert [one.tint for one in found] == ["bad", "warn", "warn"]
    assert found[0].sentence.startswith(
        "7.00% of the mail to all providers bounced for good; 5% is the limit."
    )


def test_one_bad_provider_is_told_though_all_together_are_well():
    found = rates(day("gmail", sent=50_000), day("outlook", hard=60)).advice()
    assert [one.sentence.split(" bounced")[0] for one in found] == [
        "6.00% of the mail to Outlook and Hotmail"
    ]


def test_a_provider_is_not_told_where_everybody_is_as_bad():
    found = rates(day("gmail", hard=60), day("outlook", hard=60)).advice()
    assert len(found) == 1


def test_a_place_without_mail_has_no_rates():
    assert Place("nowhere", Counter()).state == "too_little"


pages = pytest.mark.django_db


@pytest.fixture
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def keep(*days):
    Day.objects.bulk_create(days)


@pages
def test_the_window_is_thirty_days_without_the_last_two(today):
    assert window() == (dt.date(2026, 10, 24), dt.date(2026, 11, 19))


@pages
def test_the_window_is_of_the_accounts_days(today):
    Account.current()
    Account.objects.update(time_zone="Pacific/Kiritimati")
    assert window() == (dt.date(2026, 10, 25), dt.date(2026, 11, 20))


@pages
@pytest.mark.parametrize(("sent", "is_enough"), [(399, False), (400, True)])
def test_fewer_than_400_mails_are_not_judged(client, today, sent, is_enough):
    keep(day(sent=sent))
    answer = client.get(URL).content.decode()
    assert ("Too little mail to judge" not in answer) is is_enough


@pages
def test_mail_of_the_last_48_hours_does_not_count(client, today):
    keep(day(), day(at=NOW - dt.timedelta(hours=40), sent=500))
    assert client.get(URL).context["rates"].everybody.sums["sent"] == 1_000


@pages
def test_the_page_draws_every_day_and_every_provider(client, today):
    keep(day(), day("outlook", hard=60, unsubscribed=4))
    answer = client.get(URL)
    assert len(answer.context["labels"]) == 27
    assert "6.00% of the mail to Outlook and Hotmail" in answer.content.decode()


@pages
def test_the_page_tells_the_score_and_what_it_is_made_of(client, today):
    keep(day(hard=60, opened=250, clicked=20, click_tracked=1_000))
    answer = client.get(URL)
    assert answer.context["score"].value == 4
    page = answer.content.decode()
    assert "A rate is beyond its limit: then there are no more than 4." in page
    assert "0.0 of 3" in page


@pages
def test_the_page_reads_no_delivery_and_asks_a_fixed_number_of_questions(client, today):
    for number in range(5, 25):
        keep(*(day(p, NOW - dt.timedelta(days=number)) for p in ("gmail", "yahoo")))
    client.get(URL)
    with CaptureQueriesContext(connection) as asked:
        client.get(URL)
    assert not any("deliveries_delivery" in one["sql"] for one in asked)
    # session, user, account, days, who tells, mail after an opt-out
    assert len(asked) <= 6


@pages
def test_the_days_are_found_by_their_index():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO deliveries_day (day, provider, sent, delivered, open_tracked,"
            " click_tracked, opened, clicked, hard, bounced, unsubscribed, complaints)"
            " SELECT '2010-01-01'::date + n, p, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0"
            " FROM generate_series(1, 5000) n, unnest('{gmail,yahoo,other}'::text[]) p"
        )
        cursor.execute("ANALYZE deliveries_day")
    plan = Day.objects.between(dt.date(2020, 1, 1), dt.date(2020, 1, 30)).explain()
    assert "day_once_for_each_provider" in plan


@pages
def test_an_outsider_has_to_sign_in(outsider_client):
    answer = outsider_client.get(URL)
    assert answer.status_code == 302
    assert reverse("login") in answer.url


@pages
def test_a_viewer_sees_the_rates_and_no_link_she_may_not_follow(client, today):
    keep(day(hard=60))
    client.force_login(UserFactory(role=Role.VIEWER))
    answer = client.get(URL).content.decode()
    assert "bounced for good" in answer
    assert reverse("bounces:list") not in answer
