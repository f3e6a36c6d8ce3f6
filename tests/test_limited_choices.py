"""Whoever is limited to some brands chooses nothing of the others, in no form and no
call: no type, no consent, no stop."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job
from campaigns.models import MarketingEmail
from consent.models import Brand, Grant, Suppression
from consent.vocabulary import Reason
from contacts.models import ContactImport
from deliveries.models import Hold, HoldKind
from reengagement.models import Campaign
from tests.api.asking import Program
from tests.contacts.importing import bring_in, receive
from tests.factories import (
    BrandFactory,
    ContactFactory,
    DeliveryFactory,
    MarketingEmailFactory,
    MessageFactory,
    make_segment,
    no_because,
)

pytestmark = pytest.mark.django_db


def test_an_email_about_nothing_yet_is_its_authors(limited, bo, alice):
    own = MarketingEmailFactory(subscription_type=None, created_by=bo)
    other = MarketingEmailFactory(subscription_type=None, created_by=alice)
    found = [
        limited.get(reverse("campaigns:content", args=[one.pk])).status_code
        for one in (own, other)
    ]
    assert found == [200, 404]


def test_a_new_email_has_the_sender_of_her_brand(limited, hers):
    Brand.objects.filter(pk=hers.brand.pk).update(from_name="Her sender")
    limited.post(reverse("campaigns:create"), {"name": "New", "starter": "newsletter"})
    assert MarketingEmail.objects.get(name="New").from_name == "Her sender"


def test_an_email_cannot_be_made_one_of_another_brand(limited, hers, theirs):
    page = reverse("campaigns:settings", args=[hers.email.pk])
    answer = limited.post(page, {"subscription_type": theirs.kind.pk})
    assert "subscription_type" in answer.context["form"].errors


def test_a_form_cannot_be_made_for_another_brand(limited, theirs):
    wrong = {"name": "X", "brand": theirs.brand.pk, "types": [theirs.kind.pk]}
    answer = limited.post(reverse("signups:create"), wrong)
    assert {"brand", "types"} <= set(answer.context["builder"].errors)


def test_a_campaign_cannot_be_about_another_brand(limited, hers, theirs):
    page = reverse("reengagement:who", args=[hers.campaign.pk])
    answer = limited.post(page, {"subscription_type": theirs.kind.pk})
    assert "subscription_type" in answer.context["form"].errors


@pytest.mark.parametrize("chosen", ["nothing", "theirs"])
def test_a_campaign_opts_nobody_out_of_other_brands(limited, hers, theirs, chosen):
    page = reverse("reengagement:then", args=[hers.campaign.pk])
    types = [theirs.kind.pk] if chosen == "theirs" else []
    answer = limited.post(page, {"waiting_days": 14, "opt_out_types": types})
    assert "opt_out_types" in answer.context["form"].errors


def test_a_campaign_that_opts_out_of_everything_is_not_hers_to_end(
    limited, hers, theirs
):
    started = {"started_at": timezone.now(), "segment": make_segment()}
    Campaign.objects.filter(pk=hers.campaign.pk).update(state="review", **started)
    page = reverse("reengagement:silent", args=[hers.campaign.pk])
    answer = limited.post(page, {"number": 0}, follow=True)
    assert "Its opt-outs concern other brands" in answer.content.decode()
    assert Campaign.objects.get(pk=hers.campaign.pk).state == "review"


def test_a_campaign_is_hers_to_start_where_it_opts_out_of_her_types(bo, hers, theirs):
    campaign = hers.campaign
    campaign.opt_out_types.set([hers.kind])
    assert campaign.stays_within(bo)
    campaign.opt_out_types.add(theirs.kind)
    assert not campaign.stays_within(bo)


def test_a_campaign_that_opts_out_of_everything_is_not_hers_to_start(limited, hers):
    page = reverse("reengagement:start", args=[hers.campaign.pk])
    answer = limited.post(page, follow=True)
    assert "Not started. Its opt-outs concern" in answer.content.decode()


@pytest.fixture
def ada(db):
    return ContactFactory(email="ada@people.example")


def test_she_opts_nobody_in_to_another_brand(limited, ada, theirs):
    page = reverse("contacts:opt_in", args=[ada.pk])
    told = {"basis": "consent", "day": "2026-01-01", "explanation": "On the phone."}
    limited.post(page, {"subscription_type": theirs.kind.pk, **told})
    assert not Grant.objects.exists()


def test_she_opts_nobody_out_of_another_brand(limited, ada, theirs):
    page = reverse("contacts:opt_out", args=[ada.pk])
    assert limited.post(page, {"type": theirs.kind.pk}).status_code == 404


def test_a_no_to_everything_may_be_written_down_by_her(limited, ada):
    limited.post(reverse("contacts:opt_out", args=[ada.pk]))
    assert Suppression.objects.get().scope == "everything"


@pytest.mark.parametrize("covers", ["everything", "brand", "type"])
def test_she_takes_no_opt_out_of_another_brand_back(limited, ada, theirs, covers):
    scope = {
        "brand": {"brand": theirs.brand},
        "type": {"subscription_type": theirs.kind},
    }
    reason = Reason.STAFF_OPT_OUT
    no = no_because(reason)
    Suppression.objects.suppress([ada.address_id], reason, no, **scope.get(covers, {}))
    row = Suppression.objects.get()
    page = reverse("contacts:undo_opt_out", args=[ada.pk, row.pk])
    assert limited.post(page).status_code == 404


def test_she_takes_an_opt_out_of_her_brand_back(limited, ada, hers):
    limited.post(reverse("contacts:opt_out", args=[ada.pk]), {"type": hers.kind.pk})
    row = Suppression.objects.get()
    limited.post(reverse("contacts:undo_opt_out", args=[ada.pk, row.pk]))
    assert not Suppression.objects.active().exists()


@pytest.mark.parametrize("chosen", ["nothing", "theirs"])
def test_many_are_not_opted_out_of_other_brands_at_once(limited, ada, theirs, chosen):
    kind = theirs.kind.pk if chosen == "theirs" else ""
    asked = {"id": ada.pk, "step": "review", "explanation": "Asked."}
    page = reverse("contacts:bulk_opt_out")
    limited.post(page, {**asked, "subscription_type": kind})
    assert not Job.objects.filter(kind="bulk_opt-out").exists()


@pytest.mark.parametrize("scope", ["everything", "theirs"])
def test_no_list_of_opt_outs_covers_other_brands(limited, hers, theirs, scope):
    chosen = f"brand-{theirs.brand.pk}" if scope == "theirs" else scope
    page = reverse("optouts:import_create")
    answer = limited.post(page, {"pasted": "a@people.example", "scope": chosen})
    assert "scope" in answer.context["form"].errors


def test_an_import_gives_no_consent_to_another_brand(limited, hers, theirs):
    ContactImport.objects.filter(pk=hers.contacts.pk).update(mapping=["email"])
    page = reverse("contacts:import_consent", args=[hers.contacts.pk])
    answer = limited.post(page, {"subscription_types": [theirs.kind.pk]})
    assert "subscription_types" in answer.context["form"].errors


def test_an_invitation_is_not_for_another_brand(limited, ada, theirs):
    page = reverse("signups:invite", args=[ada.pk])
    answer = limited.post(page, {"subscription_type": theirs.kind.pk, "asked": "on"})
    assert "subscription_type" in answer.context["form"].errors


@pytest.mark.parametrize("name", ["console:stop", "console:go_on"])
def test_she_neither_stops_everything_nor_lets_it_go_on(limited, name):
    assert limited.get(reverse(name)).status_code == 403
    assert limited.post(reverse(name), {"reason": "So."}).status_code == 403


def test_a_stop_that_concerns_others_as_well_is_not_hers_to_lift(limited):
    hold = Hold.objects.stop(None, "Slow", kind=HoldKind.PROVIDER, value="google")
    assert limited.get(reverse("console:lift", args=[hold.pk])).status_code == 404


@pytest.fixture
def program(bo, hers):
    return Program(bo)


def test_a_token_reads_the_types_and_forms_of_her_brands(program, theirs):
    types = program.get("/subscription-types").json()
    forms = program.get("/forms").json()["items"]
    names = [one["name"] for one in (*types, *forms)]
    assert names == ["Own letters", "Own form"]


CONSENT = {
    "subscribe": {"basis": "consent", "explanation": "So.", "agreed_on": "2026-01-01"},
    "unsubscribe": {"explanation": "So."},
}


@pytest.mark.parametrize("call", CONSENT)
def test_a_token_sets_no_consent_of_another_brand(program, ada, theirs, call):
    body = {"subscription_type": theirs.kind.pk, **CONSENT[call]}
    answer = program.post(f"/contacts/{ada.pk}/{call}", body)
    assert answer.status_code == 422


@pytest.mark.parametrize("scope", ["nothing", "brand", "subscription_type"])
def test_a_token_suppresses_nobody_for_other_brands(program, theirs, scope):
    named = {"brand": theirs.brand.pk, "subscription_type": theirs.kind.pk}
    about = {scope: named[scope]} if scope in named else {}
    body = {"emails": ["a@people.example"], "explanation": "So.", **about}
    answer = program.post("/suppressions", body)
    assert answer.status_code == 422


FILE = "Email,Unsubscribed from all email\nada@people.example,yes\n"


def test_a_no_in_a_file_that_she_brings_counts_for_her_brands(bo, ada, hers, theirs):
    bring_in(FILE, bo)
    no = Suppression.objects.get(address=ada.address)
    assert (no.scope, no.brand) == ("brand", hers.brand)


def test_it_counts_once_for_each_of_her_brands(bo, ada, hers):
    second = BrandFactory()
    bo.brand_ids.append(second.pk)
    bo.save(update_fields=["brand_ids"])
    found = bring_in(FILE, bo)
    assert found.counts["opted_out"] == 1
    brands = Suppression.objects.filter(address=ada.address).values_list("brand")
    assert {pk for (pk,) in brands} == {hers.brand.pk, second.pk}


def test_she_is_told_before_that_it_counts_for_her_brands(limited, bo, hers):
    found = receive(FILE, bo)
    page = limited.get(reverse("contacts:import_review", args=[found.pk]))
    assert "counts for your brands" in page.content.decode()


def test_a_no_in_a_file_of_somebody_for_all_brands_counts_for_all(alice, ada):
    bring_in(FILE, alice)
    assert Suppression.objects.get(address=ada.address).scope == "everything"


def mailed(ada, *worlds):
    for world in worlds:
        message = MessageFactory(subscription_type=world.kind)
        MarketingEmailFactory(
            subscription_type=world.kind, state="sent", message=message
        )
        DeliveryFactory(contact=ada, message=message)


def test_on_a_record_only_mails_of_her_brands_lead_on(limited, ada, hers, theirs):
    mailed(ada, hers, theirs)
    events = limited.get(ada.get_absolute_url()).context["events"]
    links = [bool(one.url) for one in events if "mail" in one.icon]
    assert sorted(links) == [False, True]


def test_a_record_asks_no_more_for_many_mails(
    limited, ada, hers, theirs, django_assert_num_queries
):
    mailed(ada, hers, theirs)
    limited.get(ada.get_absolute_url())
    with CaptureQueriesContext(connection) as once:
        limited.get(ada.get_absolute_url())
    mailed(ada, hers, theirs, hers, theirs)
    with django_assert_num_queries(len(once)):
        limited.get(ada.get_absolute_url())
