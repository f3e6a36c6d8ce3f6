"""The second factor in a browser: passkeys of a device, codes typed by keyboard."""

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEntry, Passkey, SecondFactor
from accounts.second_factor import code_at, this_step
from tests.people import ALICE, PASSWORD

pytestmark = [pytest.mark.live, pytest.mark.browser]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PAGE = reverse("console:second_factor")
SCREENS = pytest.mark.parametrize(
    "screen",
    [{}, {"width": 390, "color_scheme": "dark"}],
    ids=["wide", "phone"],
)


@pytest.fixture
def home(live_stack):
    """Passkeys need a name: 127.0.0.1 is none."""
    return live_stack.base_url.replace("127.0.0.1", "localhost")


@pytest.fixture
def with_device(home, new_page):
    """`with_device(width=390, ...)`: a page beside a device that keeps passkeys."""

    def make(**screen):
        page = new_page(**screen)
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        page.goto(home + PAGE)
        return page

    return make


def types_password(page):
    page.get_by_label("Email address").fill(ALICE)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def adds_passkey(page, name="Laptop"):
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_role("row", name=name).wait_for()


def signs_out(page):
    page.context.clear_cookies()
    page.goto(page.url)


@SCREENS
def test_a_passkey_is_added_and_lets_in_without_the_password(
    with_device, live_stack, look, screen
):
    page = with_device(**screen)
    look(page, "sign-in")
    types_password(page)
    page.get_by_role("heading", name="No passkey yet").wait_for()
    look(page, "second-factor-empty")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add the passkey").wait_for()
    look(page, "passkey-new")
    page.goto(page.url.replace("passkeys/new/", ""))
    adds_passkey(page)
    page.get_by_role("button", name="Close").click()
    look(page, "second-factor-passkey")
    signs_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("row", name="Laptop").wait_for()
    assert AuditEntry.objects.filter(detail__passkey="Laptop").count() == 1


@SCREENS
def test_a_passkey_is_the_second_step_behind_the_password(with_device, look, screen):
    page = with_device(**screen)
    types_password(page)
    adds_passkey(page)
    signs_out(page)
    types_password(page)
    page.get_by_role("heading", name="One more step").wait_for()
    look(page, "second-step-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("row", name="Laptop").wait_for()


def test_it_all_goes_by_keyboard(with_device):
    page = with_device()
    types_password(page)
    page.get_by_role("link", name="Add a passkey").press("Enter")
    page.get_by_role("textbox", name="Name").fill("Laptop")
    page.get_by_role("textbox", name="Name").press("Enter")
    page.get_by_role("row", name="Laptop").wait_for()
    signs_out(page)
    types_password(page)
    page.get_by_role("button", name="Use a passkey").wait_for()
    page.wait_for_function("document.activeElement.textContent.includes('passkey')")
    page.keyboard.press("Enter")
    page.get_by_role("row", name="Laptop").wait_for()


def test_a_device_that_has_one_says_so_and_a_name_is_missing_first(with_device):
    page = with_device()
    types_password(page)
    adds_passkey(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("textbox", name="Name").fill("laptop")
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_role("alert").get_by_text("of that name already").wait_for()
    page.get_by_role("textbox", name="Name").fill("Another")
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_role("alert").get_by_text("has a passkey of yours already").wait_for()
    assert Passkey.objects.count() == 1


def test_one_that_was_removed_lets_nobody_in(with_device, home):
    page = with_device()
    types_password(page)
    adds_passkey(page)
    page.get_by_role("link", name="Remove Laptop").click()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_role("heading", name="No passkey yet").wait_for()
    signs_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("was removed here").wait_for()


def test_where_the_console_has_no_name_it_says_where_it_has(new_page, live_stack, home):
    page = new_page()
    page.goto(live_stack.base_url + reverse("login"))
    link = page.get_by_role("link", name=home)
    link.wait_for()
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()


def test_without_script_a_sentence_stands_for_the_device(new_page, home):
    page = new_page(java_script_enabled=False)
    page.goto(home + PAGE)
    types_password(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_text("Passkeys need JavaScript").wait_for()
    assert not page.get_by_role("button", name="Add the passkey").is_visible()


@SCREENS
def test_the_other_pages_of_passkeys_are_accessible_and_fit(
    with_device, live_stack, home, look, screen
):
    page = with_device(**screen)
    types_password(page)
    adds_passkey(page)
    one = Passkey.objects.get()
    for name in ("name", "remove"):
        page.goto(home + reverse(f"console:passkey_{name}", args=[one.pk]))
        look(page, f"passkey-{name}")
    Account.objects.update(second_factor=True)
    page.goto(home + reverse("console:passkey_remove", args=[one.pk]))
    page.get_by_text("this is your only one").wait_for()
    look(page, "passkey-last")
    page.goto(home + reverse("console:proof"))
    look(page, "proof")
    page.goto(home + reverse("console:user", args=[live_stack.alice.pk]))
    page.get_by_text("1 passkey").wait_for()


# -- codes


def shown(later=0):
    """What her app shows."""
    return code_at(SecondFactor.objects.get()._opened(), this_step() + later)


def sets_up_app(page):
    """By keyboard alone; the codes for paper."""
    page.get_by_role("button", name="Set up the app").press("Enter")
    code = page.get_by_label("Six digits")
    code.wait_for()
    code.press_sequentially(shown())
    code.press("Enter")
    codes = page.get_by_label("Ten codes").input_value().split()
    page.get_by_role("link", name="I have kept them").press("Enter")
    page.get_by_text("10 of 10").wait_for()
    return codes


def types_code(page, code):
    types_password(page)
    field = page.get_by_label("Code")
    field.press_sequentially(code)
    field.press("Enter")


@SCREENS
def test_an_app_is_set_up_by_keyboard_and_its_code_lets_in(
    new_page, home, look, screen
):
    page = new_page(**screen)
    page.goto(home + PAGE)
    types_password(page)
    page.get_by_role("button", name="Set up the app").press("Enter")
    page.get_by_label("Six digits").wait_for()
    look(page, "app-setup")
    page.goto(home + PAGE)
    sets_up_app(page)
    look(page, "second-factor-app")
    signs_out(page)
    types_password(page)
    page.get_by_role("heading", name="One more step").wait_for()
    look(page, "second-step-app")
    page.get_by_label("Code").press_sequentially(shown(1))
    page.keyboard.press("Enter")
    page.get_by_text("10 of 10").wait_for()


def test_a_code_on_paper_lets_in_once(new_page, home):
    page = new_page()
    page.goto(home + PAGE)
    types_password(page)
    codes = sets_up_app(page)
    signs_out(page)
    types_code(page, codes[0])
    page.get_by_text("9 of 10").wait_for()
    signs_out(page)
    types_code(page, codes[0])
    page.get_by_role("link", name="Code").wait_for()
    assert "wrong, or was used" in page.get_by_role("alert").inner_text()
