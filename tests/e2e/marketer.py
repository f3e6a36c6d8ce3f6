"""What a marketer does in the console, as verbs over a real browser.

The 30 seconds for taking a mailing back are waited for where a test asks for it and
are otherwise moved in the database, as the days of waiting for an answer always are.
"""

import datetime as dt
import re
from email import message_from_bytes, policy

from django.db.models import F
from django.utils import timezone

from campaigns.models import MarketingEmail
from deliveries.models import Delivery
from reengagement.models import Campaign
from segments.models import Segment

ADD_CONDITION = re.compile("^Add a condition")


def redrawn(answer):
    """The server has redrawn the builder."""
    return answer.request.method == "POST"


class Marketer:
    """Somebody at the console of `stack`, in `page`: Alice or whoever signs in."""

    def __init__(self, stack, page):
        self.stack = stack
        self.page = page

    def go(self, path):
        self.page.goto(self.stack.base_url + path)

    def press(self, name):
        """The button or link of exactly this name in the main part of the page."""
        main = self.page.get_by_role("main")
        button = main.get_by_role("button", name=name, exact=True)
        link = main.get_by_role("link", name=name, exact=True)
        button.or_(link).first.click()

    def open(self, name):
        """By the rail, as people come to a page."""
        rail = self.page.get_by_role("navigation", name="Main")
        rail.get_by_role("link", name=name, exact=True).click()

    def turn_to(self, where, word):
        """Of the tabs or figures called `where` the one that begins with `word`."""
        some = self.page.get_by_role("main").get_by_role("navigation", name=where)
        some.get_by_role("link", name=re.compile(rf"^{word}\b")).click()

    def sees(self, text):
        self.page.get_by_text(text).first.wait_for()

    def sign_in(self, email, password):
        self.go("/")
        self.page.get_by_label("Email address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")
        self.page.get_by_role("heading", name="Overview").wait_for()

    def set_brand(self):
        """Who writes, and from where: every mail must say so. For administrators."""
        self.go("/settings/")
        self.page.get_by_label("Legal name").fill("Hallin kauppa Oy")
        self.page.get_by_label("Postal address").fill("Kauppakatu 12\n33200 Tampere")
        self.page.get_by_label("From name").fill("Hallin kauppa")
        self.page.get_by_label("From address").fill("news@hallin-kauppa.example")
        self.press("Save brand")
        self.sees("Saved")

    def import_contacts(self, file, rows):
        """The whole wizard, with consent for the default subscription type."""
        self.go("/contacts/import/")
        self.page.get_by_label("File of contacts").set_input_files(file)
        self.press("Continue")
        self.press("Continue")  # the columns as guessed
        self.page.locator("input[name=consent][value=agreed]").check()
        self.page.get_by_label("Marketing Information").check()
        self.page.get_by_label("Where did they agree?").fill("The till")
        self.page.get_by_label("The words").fill("Yes, send me news")
        self.page.get_by_label("When, at the latest?").fill("2023-05-03")
        self.press("Continue")
        self.page.get_by_role("button", name=re.compile("^Import ")).click()
        self.sees(f"{rows} row{'' if rows == 1 else 's'} read")

    def make_segment(self, name, conditions):
        """An active segment; each condition: field, operator, value or None."""
        self.go("/segments/new/")
        self.page.get_by_label("Name", exact=True).fill(name)
        for number, (field, operator, value) in enumerate(conditions):
            if number:
                add = self.page.get_by_role("button", name=ADD_CONDITION)
                with self.page.expect_response(redrawn):
                    add.first.click()
            self._condition(number, field, operator, value)
        self.press("Save segment")
        self.page.wait_for_url(re.compile(r"/segments/\d+/$"))
        return self._filled(name)

    def _condition(self, number, field, operator, value):
        row = self.page.locator(".cond").nth(number)
        row.wait_for()
        self._filter_by(row, field)
        self._choose(row.locator("select[name$='-op']"), operator)
        if value is not None:
            row.locator("[name$='-v']").first.fill(value)

    def _filter_by(self, row, field):
        """The field is typed into the picker, which keeps its select out of sight."""
        select = row.locator("select[name$='-field']")
        if select.input_value() != field:
            label = select.locator(f"option[value='{field}']").text_content()
            with self.page.expect_response(redrawn):
                row.get_by_role("combobox").first.fill(label)
                self.page.keyboard.press("Enter")

    def _choose(self, box, value):
        """The server redraws the builder after each choice; that is waited for."""
        if box.input_value() != value:
            with self.page.expect_response(redrawn):
                box.select_option(value)

    def _filled(self, name):
        ready = Segment.objects.filter(name=name, refreshed_at__isnull=False)
        return self.stack.wait_for(ready.first, f"the segment {name}")

    def write_email(self, name, segment):
        """The ready-made re-engagement email to `segment`."""
        self.go("/emails/new/")
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.locator("#starter-reengagement").check()
        self.press("Create email")
        email = MarketingEmail.objects.get(name=name)
        self.go(f"/emails/{email.pk}/settings/")
        self.page.get_by_label("Subscription type").select_option(
            label="Marketing Information"
        )
        self.press("Save settings")
        self.choose_recipients(email, segment)
        return email

    def choose_recipients(self, email, segment):
        """By keyboard alone: typed until it is found, Enter, and on to the button."""
        self.go(f"/emails/{email.pk}/recipients/")
        self.page.get_by_role("combobox", name=re.compile("^Send to")).focus()
        self.page.keyboard.type(segment.name)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("button", name=f"Remove {segment.name}").wait_for()
        self.page.keyboard.press("Escape")
        self.page.get_by_role("button", name="Save recipients").press("Enter")
        self.sees("Saved the recipients.")

    def send(self, email, people, *, patiently=False):
        """From the review page to the last mail.

        `patiently`: the 30 seconds for taking it back pass as they do in life.
        """
        self.go(f"/emails/{email.pk}/review/")
        word = "person" if people == 1 else "people"
        self.press(f"Send to {people} {word}")
        scheduled = MarketingEmail.objects.filter(pk=email.pk, state="scheduled")
        self.stack.wait_for(scheduled.exists, "the launch")
        if patiently:
            self.sees("Take it back")
        else:
            scheduled.update(scheduled_at=timezone.now())
        sent = MarketingEmail.objects.filter(pk=email.pk, state="sent")
        self.stack.wait_for(sent.exists, "the mails")
        email.refresh_from_db()

    def start_campaign(self, name, segment):
        """Through the wizard to the start and past the 30 seconds after it, with one
        ready-made email."""
        self.go("/reengagement/new/")
        self.page.get_by_label("Name", exact=True).fill(name)
        self.press("Continue")
        self.page.get_by_label("Segment of silent people").select_option(
            label=segment.name
        )
        self.page.get_by_label("Which subscription do they confirm?").select_option(
            label="Marketing Information"
        )
        self.press("Continue")
        self.press("Write the first email")
        campaign = Campaign.objects.get(name=name)
        self.go(f"/reengagement/{campaign.pk}/emails/")
        self.press("Continue")
        self.press("Continue")  # what happens to the silent, as proposed
        self.press("Start campaign")
        self.stack.wait_for(campaign.members.exists, "the audience")
        mails = campaign.messages().get().delivery_set.filter(state="delivered")
        self.stack.wait_for(mails.exists, "the mails")
        return campaign

    def import_opt_outs(self, file, addresses):
        self.go("/optouts/imports/new/")
        self.page.locator("input[type=file]").set_input_files(file)
        self.press("Continue")
        self.press("Continue")  # the column as guessed
        self.page.locator("input[name=number]").fill(str(addresses))
        self.page.get_by_role("button", name=re.compile("^Opt out ")).click()


def links_in(raw):
    """Every link of a received mail, by the words on it."""
    mail = message_from_bytes(raw, policy=policy.default)
    html = mail.get_body(("html",)).get_content()
    found = re.findall(r'<a[^>]+href="([^"]+)"[^>]*>(.*?)</a>', html, re.S)
    return {re.sub(r"<[^>]+>|\s+", " ", words).strip(): url for url, words in found}


def time_passes(message, days):
    """As if its mails had been delivered that many days earlier."""
    delivered = Delivery.objects.filter(message=message, delivered_at__isnull=False)
    earlier = F("delivered_at") - dt.timedelta(days=days)
    delivered.update(delivered_at=earlier)
