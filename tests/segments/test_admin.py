"""The admin shows segments and cannot break them."""

import pytest
from django.urls import reverse

from segments.models import Segment, SegmentUse
from tests.factories import ContactFactory, SegmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def segment():
    ContactFactory(delivered=1)
    one = SegmentFactory()
    one.refresh()
    SegmentUse.objects.note("email:1", [one], label="Email", url="/")
    return one


@pytest.mark.parametrize("name", ["segment", "segmentmember", "segmentuse"])
def test_every_list_opens(client, segment, name):
    page = client.get(reverse(f"admin:segments_{name}_changelist"))
    assert page.status_code == 200


def test_only_the_name_can_be_changed(client, segment):
    url = reverse("admin:segments_segment_change", args=[segment.pk])
    client.post(url, {"name": "Other", "kind": "static", "rules": "null"})
    segment.refresh_from_db()
    assert (segment.name, segment.kind) == ("Other", "active")
    assert segment.rules


@pytest.mark.parametrize("name", ["segment", "segmentmember", "segmentuse"])
def test_nothing_is_added_or_deleted(client, segment, name):
    assert client.get(reverse(f"admin:segments_{name}_add")).status_code == 403
    url = reverse(f"admin:segments_{name}_delete", args=[segment.pk])
    assert client.get(url).status_code in (302, 403)
    assert Segment.objects.count() == 1
