"""Who may open what: every address by every role, against one table."""

import re
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.roles import RIGHTS, Right, Role, is_open
from api.scopes import TokenScope
from api.urls import api, mounted, scope_of
from contacts.models import Contact
from tests.api.asking import Program
from tests.factories import UserFactory
from tests.test_nonsense import walk
from tests.test_project import PUBLIC

pytestmark = pytest.mark.django_db

# What each page asks for, "reading" or "reading then acting". A page that is new goes
# into the row of the right it needs.
PAGES = {
    "look": """
        console:email_health consent:look_sample
        console:overview console:numbers console:jobs console:bell console:job
        contacts:bulk_done
        console:job_card console:password console:theme console:shortcuts
        console:language console:second_factor console:second_factor_begin
        console:second_factor_setup console:second_factor_renew
        console:second_factor_off console:passkey_new console:passkey_ask
        console:passkey_name console:passkey_remove console:proof
        contacts:properties consent:types deliveries:domains deliveries:domain
        campaigns:list campaigns:preview campaigns:detail campaigns:shown
        campaigns:approval campaigns:departures campaigns:clicks
        bounces:incidents bounces:rules bounces:complaints signups:list
        signups:preview segments:list segments:vocabulary
        segments:schema segments:status segments:state reengagement:list
        reengagement:detail reengagement:left_out
    """,
    "look then settings": """
        console:account console:retention
        consent:brand consent:brand_edit consent:type_edit consent:type_words
        consent:look
        bounces:policy
        bounces:rule
    """,
    "see_people": """
        console:outbox console:outbox_mail console:outbox_html
        console:outbox_images console:outbox_raw contacts:list contacts:detail
        contacts:why console:view_save console:view_forget
        campaigns:names campaigns:people campaigns:news campaigns:trace
        optouts:list bounces:list
        bounces:history bounces:takes_mail bounces:kept bounces:reports
        bounces:report bounces:rescue
        segments:detail segments:test
        signups:detail
    """,
    "see_people then send": """
        reengagement:silent
    """,
    "see_people then unbounce": """
        bounces:unbounce_all bounces:unbounce bounces:incident
    """,
    "see_people then settings": """
        bounces:global
    """,
    "edit": """
        console:job_cancel console:outbox_clear contacts:opt_out contacts:create
        contacts:edit contacts:undo_opt_out contacts:opt_in
        contacts:property_create contacts:property_edit
        contacts:property_archive contacts:property_restore
        contacts:property_convert
        campaigns:segment optouts:opt_out
        signups:create signups:edit signups:archive signups:restore
        signups:invite segments:create segments:gather
        contacts:bulk_property contacts:bulk_owner contacts:bulk_segment
        contacts:bulk_opt_out
        segments:tally segments:tally_strip
        segments:edit segments:refresh segments:clone segments:freeze
        segments:archive segments:restore segments:add segments:remove
    """,
    "approve": """
        campaigns:approve campaigns:send_back
    """,
    "send": """
        campaigns:ask campaigns:again
        console:stop console:go_on console:lift deliveries:domain_check
        deliveries:domain_loop campaigns:create
        campaigns:duplicate campaigns:discard campaigns:content
        campaigns:language_add campaigns:language_remove
        campaigns:autosave campaigns:block_add campaigns:block_move
        campaigns:versions campaigns:bring_back campaigns:templates
        campaigns:template_create campaigns:template_delete campaigns:missing
        campaigns:block_duplicate campaigns:block_delete campaigns:restore
        campaigns:undo campaigns:redo
        campaigns:settings campaigns:recipients campaigns:review
        campaigns:find_contact campaigns:single campaigns:share campaigns:unshare
        campaigns:launch campaigns:schedule campaigns:unschedule campaigns:pause
        campaigns:resume campaigns:stop campaigns:test bounces:pause
        reengagement:create reengagement:who reengagement:emails
        reengagement:add_email reengagement:remove_email reengagement:then
        reengagement:check reengagement:start reengagement:discard
        reengagement:pause reengagement:resume reengagement:stop
        reengagement:keep
    """,
    "import": """
        contacts:import contacts:import_sheet contacts:import_columns
        contacts:import_templates contacts:import_template_create
        contacts:import_template_delete contacts:import_consent
        contacts:import_review contacts:import_start contacts:import_detail
        contacts:import_problems optouts:import_list optouts:import_create
        optouts:import_sample optouts:import_detail optouts:import_column
        optouts:import_review optouts:import_progress optouts:import_errors
        bounces:upload
    """,
    "export": """
        contacts:bulk_export contacts:bulk_file
        campaigns:export optouts:export optouts:exported optouts:download
        segments:export segments:exported segments:download reengagement:export
    """,
    "delete": """
        contacts:delete contacts:bulk_delete contacts:merge_search
        contacts:merge segments:delete
    """,
    "unbounce": """
        bounces:release bounces:keep bounces:take_back
    """,
    "undo": """
        contacts:bulk_undo contacts:import_undo optouts:import_undo reengagement:undo
    """,
    "read_everything": """
        console:everything console:everything_json
    """,
    "erase": """
        console:erase
    """,
    "settings": """
        administration console:styleguide consent:brand_create
        consent:type_create
        consent:type_archive consent:type_restore consent:type_up
        consent:type_down deliveries:domain_add
        deliveries:domain_rotate deliveries:domain_allow
        deliveries:domain_remove deliveries:relays deliveries:relay_add
        deliveries:relay deliveries:relay_test deliveries:relay_remove
        bounces:rejudge bounces:unblock
        webhooks:list webhooks:create webhooks:detail webhooks:edit
        webhooks:rotate webhooks:pause webhooks:resume webhooks:remove
        webhooks:test webhooks:again_all webhooks:notice webhooks:again
    """,
    "users": """
        console:users console:invite console:user console:user_off console:user_on
        console:user_link console:user_factor console:log console:log_export
        console:tokens console:calls console:token_create console:token_revoke
    """,
}
# Django's own: leaving, and the administration, which asks for an administrator itself
OTHERS = {"logout"}


def addresses(entries=None, before="", namespace=""):
    """(name, path, view) of every page of the console that needs a sign-in."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else ""
            if entry.namespace not in {"admin", "api"}:
                yield from addresses(entry.url_patterns, path, namespace + inner)
        elif isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}"
            if name not in PUBLIC | OTHERS:
                yield name, "/" + filled(path), entry.callback


def filled(path):
    """A path with something that fits in every place."""
    path = re.sub(r"\(\?P<block>[^)]*\)", "abc", path.replace("^", "").replace("$", ""))
    path = re.sub(r"\(\?P<way>[^)]*\)", "up", path)
    path = re.sub(r"\(\?P<pk>[^)]*\)", "0", path)
    path = re.sub(r"<(int|path|str|uuid):[^>]+>", "0", path)
    return re.sub(r"<[^>]+>", "abc", path)


def wanted():
    """{name: (right to look, right to act)} of the table."""
    found = {}
    for rights, names in PAGES.items():
        looking, _, acting = rights.partition(" then ")
        pair = (Right(looking), Right(acting or looking))
        found |= dict.fromkeys(names.split(), pair)
    return found


def test_the_table_names_every_page_and_its_right_as_the_view_does():
    views = {name: getattr(view, "rights", None) for name, _, view in addresses()}
    assert views == wanted()


@pytest.mark.parametrize("role", Role)
def test_each_page_opens_for_the_roles_that_have_its_right(role):
    client = Client()
    client.force_login(UserFactory(role=role))
    refused, expected = {}, {}
    for name, path, _ in addresses():
        looking, acting = wanted()[name]
        refused[name] = (is_refused(client.get(path)), is_refused(client.post(path)))
        expected[name] = (looking not in role.rights, acting not in role.rights)
    assert refused == expected


def is_refused(answer):
    return answer.status_code == 403


def test_an_outsider_is_sent_to_sign_in_from_every_page(outsider_client):
    found = {}
    for name, path, _ in addresses():
        for ask in (outsider_client.get, outsider_client.post):
            found[name] = ask(path).headers.get("Location", "").partition("?")[0]
    assert set(found.values()) == {"/login/"}


# What each call of the API asks for: the scope of the token. A call that is new goes
# into the row of its scope.
CALLS = {
    "contacts:read": "find_contact get_contact list_properties",
    "contacts:write": """
        create_contact update_contact
        create_property update_property archive_property restore_property
    """,
    "contacts:export": "list_contacts list_members",
    "consent:read": """
        get_subscriptions get_consent_history list_subscription_types
    """,
    "consent:write": "subscribe unsubscribe",
    "suppressions:read": "check_suppressions",
    "suppressions:write": "add_suppressions",
    "suppressions:export": "list_suppressions follow_suppressions",
    "segments:read": "list_segments get_segment",
    "segments:write": "add_members remove_members",
    "forms:read": "list_forms",
}
# what the API tells of itself, to anybody
OF_ITSELF = {"openapi-json", "api-root"}


def calls():
    """(name, method, path, scope) of every call of the API."""
    for one in api.operations():
        path = "/api/v1" + re.sub(r"{[^}]+}", "1", one.path)
        for method in one.methods:
            yield one.view_func.__name__, method, path, scope_of(one)


def refused_calls(program):
    """Names of the calls that this program may not make."""
    answers = {
        name: program.client.generic(method, path, "{}", "application/json")
        for name, method, path, _ in calls()
    }
    return {name for name, answer in answers.items() if answer.status_code == 403}


def test_every_address_of_the_api_is_a_call():
    names = {pattern.name for pattern in mounted[0]}
    assert names - OF_ITSELF == {name for name, *_ in calls()}


def test_the_table_names_every_call_and_its_scope():
    listed = {name: scope for scope, names in CALLS.items() for name in names.split()}
    assert {name: scope for name, _, _, scope in calls()} == listed


@pytest.mark.parametrize("scope", TokenScope)
def test_a_token_makes_the_calls_of_its_scope_and_no_other(alice, scope):
    others = [names for one, names in CALLS.items() if one != scope]
    assert refused_calls(Program(alice, [scope])) == {*" ".join(others).split()}


@pytest.mark.parametrize("role", Role)
def test_a_token_makes_no_call_that_its_owner_may_not(role):
    beyond = [
        names
        for scope, names in CALLS.items()
        if TokenScope(scope).right not in role.rights
    ]
    owner = UserFactory(role=role)
    assert refused_calls(Program(owner)) == {*" ".join(beyond).split()}


def test_a_stranger_makes_no_call(outsider_client):
    found = {
        outsider_client.generic(method, path, "{}", "application/json").status_code
        for _, method, path, _ in calls()
    }
    assert found == {401}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER, Role.HYGIENE])
def test_the_administration_is_for_administrators(role):
    client = Client()
    client.force_login(UserFactory(role=role))
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/accounts/user/", follow=True).status_code == 403


def test_every_right_guards_a_page():
    assert {right for pair in wanted().values() for right in pair} == set(Right)


def test_more_is_never_less():
    """Each role can do what the one before it can."""
    ladder = [RIGHTS[role] for role in Role]
    assert all(less < more for less, more in pairwise(ladder))


def test_a_marketer_may_take_the_silent_out_as_a_file_and_bring_them_in_as_opt_outs():
    assert {Right.EXPORT, Right.IMPORT} <= Role.MARKETER.rights


def test_whoever_mails_people_makes_nobody_mailable_again_in_bulk():
    assert Right.UNDO not in Role.MARKETER.rights


def test_a_viewer_meets_nobodys_name_or_address():
    call_command("seed_demo", size=400, verbosity=0)
    people = Contact.objects.exclude(email="")
    secrets = [*people.values_list("email", flat=True)]
    secrets += [one.name for one in people if one.name]
    client = Client()
    client.force_login(UserFactory(role=Role.VIEWER))
    seen = dict(walk(client))
    told = {
        path: [one for one in secrets if one in page.text]
        for path, page in seen.items()
    }
    assert len(seen) > 15
    assert {path: words for path, words in told.items() if words} == {}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER, Role.HYGIENE])
def test_nobody_is_offered_what_she_may_not_do(role):
    call_command("seed_demo", size=400, verbosity=0)
    user = UserFactory(role=role)
    client = Client()
    client.force_login(user)
    closed = {
        (path, place)
        for path, page in walk(client)
        for place, acting in page.offers(path)
        if not is_open(user, place, acting=acting)
    }
    assert sorted(closed) == []
