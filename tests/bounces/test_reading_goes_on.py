"""A provider's list whose reading broke off is gone on with where it stopped."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import F
from django.utils import timezone
from django.utils.http import http_date

from bounces import feeding, global_blocks
from bounces.models import ProviderList
from bounces.provider_lists import ListAt
from bounces.tasks import read_suppression_lists
from tests.bounces.test_suppression_lists import GLOBAL, Providers, emails, providers

__all__ = ["providers"]
pytestmark = pytest.mark.django_db


class TestBreakingOff:
    """Brevo, 250 addresses in three pages, and an error at the third."""

    PATH = "/v3/smtp/blockedContacts"

    @pytest.fixture(autouse=True)
    def _one(self, providers, settings):
        self.server = providers
        providers.lists[self.PATH] = emails(250)
        settings.SUPPRESSION_LISTS = [ListAt.of(providers.url("brevo"))]

    def read(self, fault=429, retry_after="", **how):
        self.server.fault, self.server.retry_after = fault, retry_after
        self.server.patience, self.server.asked = 2, []
        [found] = feeding.read_all(**how)
        return found

    def come_back(self, later=dt.timedelta(minutes=1)):
        """So much later the timetable looks again, and the server is well."""
        self.server.fault, self.server.asked = None, []
        names = ("due_at", "tried_at", "reading_at", "turned_at")
        ProviderList.objects.update(**{name: F(name) - later for name in names})
        read_suppression_lists()
        return ProviderList.objects.get()

    def offsets(self):
        asked = [parse_qs(urlsplit(path).query) for path, _ in self.server.asked]
        return [words["offset"][0] for words in asked]

    def test_keeps_what_was_read_and_says_how_much_that_is(self):
        found = self.read()
        assert (found.listed, found.listed_so_far) == (0, 200)
        assert global_blocks.listed().count() == 200

    def test_goes_on_at_its_page_and_counts_all(self):
        self.read(retry_after="60")
        found = self.come_back()
        assert self.offsets() == ["200"]
        assert (found.listed, found.added, found.problem) == (250, 250, "")

    def test_waits_as_long_as_it_was_asked_to(self):
        self.read(retry_after="120")
        assert self.come_back().problem
        assert self.server.asked == []

    def test_waits_until_a_date_as_well(self):
        later = timezone.now() + dt.timedelta(minutes=2)
        found = self.read(503, http_date(later.timestamp()))
        assert found.is_busy
        assert abs(found.due_at - later) < dt.timedelta(seconds=2)

    def test_by_hand_waits_too(self):
        self.read(retry_after="120")
        self.server.asked = []
        assert feeding.read_all()[0].problem
        assert self.server.asked == []

    def test_for_an_error_goes_on_with_the_next_hour(self):
        self.read(500)
        assert self.come_back().problem
        assert self.come_back(dt.timedelta(hours=1)).listed == 250
        assert self.offsets() == ["200"]

    def test_at_a_page_that_is_refused_begins_anew(self):
        self.read(400)
        self.come_back(dt.timedelta(hours=1))
        assert self.offsets() == ["0", "100", "200"]

    def test_for_more_than_a_day_begins_anew(self):
        self.read(500)
        self.come_back(dt.timedelta(days=2))
        assert self.offsets() == ["0", "100", "200"]

    def test_at_a_page_that_never_comes_begins_anew_after_a_day(self):
        """Every hour it is tried, and a try alone brings nothing forward."""
        self.read(500)
        for _ in range(25):
            self.come_back_to_errors()
        self.come_back(dt.timedelta(hours=1))
        assert self.offsets() == ["0", "100", "200"]

    def come_back_to_errors(self):
        names = ("due_at", "tried_at", "turned_at")
        hour = dt.timedelta(hours=1)
        ProviderList.objects.update(**{name: F(name) - hour for name in names})
        self.server.fault, self.server.patience = 500, 0
        read_suppression_lists()

    def test_goes_on_after_a_reader_that_died(self):
        self.read()
        ProviderList.objects.update(reading_at=timezone.now(), is_busy=False)
        assert self.come_back(dt.timedelta(minutes=1)).reading_at
        assert self.come_back(dt.timedelta(hours=1)).listed == 250

    def test_never_takes_the_key_to_where_a_cursor_leads(self, settings):
        self.read(500)
        other = Providers()
        other.lists[self.PATH] = emails(1)
        settings.SUPPRESSION_LISTS = [ListAt.of(other.url("brevo"))]
        self.come_back(dt.timedelta(hours=1))
        other.stop()
        assert self.server.asked == []
        assert len(other.asked) == 1

    def test_stands_on_the_page(self, client):
        self.read(retry_after="120")
        text = client.get(GLOBAL).content.decode()
        assert "200 read so far" in text
        assert "Read in part" in text
