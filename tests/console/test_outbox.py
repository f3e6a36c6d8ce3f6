import pytest
from django.urls import reverse

from accounts.roles import Role
from deliveries import catcher
from deliveries.letters import Letter, Link
from deliveries.models import CaughtMail
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MAIL = (
    b"From: =?utf-8?q?Gr=C3=BCne?= <news@brand.example>\r\nTo: ada@people.example\r\n"
    b"Subject: Still here?\r\nList-Id: <letter.brand.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="x"\r\n\r\n'
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello in words\r\n"
    b"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b'<html><head></head><body><p style="color:red">Hello</p>'
    b'<a href="http://x.test/c/1">Yes, <b>keep me</b></a>'
    b'<a href="http://x.test/c/2"><img src="http://x.test/l.png" alt="Logo"></a>'
    b'<a href="http://x.test/c/1">Again</a><a href="javascript:alert(1)">Bad</a>'
    b"</body></html>\r\n--x--\r\n"
)


def catch(recipient="ada@people.example", raw=MAIL, sender="b-1-a@bounce.localhost"):
    CaughtMail.objects.bulk_create(catcher.caught(raw, sender, [recipient]))
    return CaughtMail.objects.latest("pk")


@pytest.fixture
def mail():
    return catch()


class TestList:
    def test_shows_what_was_sent_newest_first(self, client):
        catch("one@people.example")
        catch("two@people.example")
        page = client.get(reverse("console:outbox")).content.decode()
        assert page.index("two@people.example") < page.index("one@people.example")
        assert "Still here?" in page

    def test_says_what_it_is_for_when_it_is_empty(self, client):
        page = client.get(reverse("console:outbox")).content.decode()
        assert "No mail yet" in page

    def test_finds_by_the_beginning_of_the_recipient(self, client):
        catch("one@people.example")
        catch("two@people.example")
        page = client.get(reverse("console:outbox"), {"q": "TWO"}).content.decode()
        assert "two@people.example" in page
        assert "one@people.example" not in page

    def test_keeps_apart_what_came_back(self, client):
        catch("bounce-later@people.example")
        sent = client.get(reverse("console:outbox")).content.decode()
        back = client.get(reverse("console:outbox"), {"back": "1"}).content.decode()
        assert "Undelivered Mail" not in sent
        assert "Undelivered Mail" in back

    def test_goes_on_where_the_page_ends(self, client):
        rows = [catcher.row_of(MAIL, "", f"p{n:03}@x.test", "S") for n in range(60)]
        CaughtMail.objects.bulk_create(rows)
        response = client.get(reverse("console:outbox"), {"q": "p"})
        following = client.get(
            reverse("console:outbox") + response.context["page"].next
        )
        assert len(following.context["page"].rows) == 10
        assert following.context["page"].next == ""

    def test_asks_the_database_the_same_for_many(
        self, client, django_assert_max_num_queries
    ):
        rows = [catcher.row_of(MAIL, "", f"p{n:03}@x.test", "S") for n in range(60)]
        CaughtMail.objects.bulk_create(rows)
        with django_assert_max_num_queries(6):
            client.get(reverse("console:outbox"))


class TestMail:
    def test_shows_text_headers_and_links(self, client, mail):
        url = reverse("console:outbox_mail", args=[mail.pk])
        page = client.get(url).content.decode()
        assert "Hello in words" in page
        assert "letter.brand.example" in page
        assert "Grüne" in page
        assert "http://x.test/c/1" in page
        assert "color:red" not in page  # only inside the frame

    @pytest.mark.parametrize(
        ("name", "images"),
        [
            ("console:outbox_html", "img-src data:;"),
            ("console:outbox_images", "img-src data: http: https:"),
        ],
    )
    def test_in_its_frame_has_a_policy_of_its_own(self, client, mail, name, images):
        response = client.get(reverse(name, args=[mail.pk]))
        policy = response["Content-Security-Policy"] + ";"
        assert "default-src 'none'" in policy
        assert "style-src 'unsafe-inline'" in policy
        assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
        assert "script-src" not in policy
        assert images in policy
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert response["Referrer-Policy"] == "no-referrer"
        assert '<head><base target="_blank">' in response.content.decode()

    def test_loads_nothing_unless_images_are_asked_for(self, client, mail):
        quiet = client.get(reverse("console:outbox_html", args=[mail.pk]))
        assert b'<img data-src="http://x.test/l.png"' in quiet.content
        shown = client.get(reverse("console:outbox_images", args=[mail.pk]))
        assert b'<img src="http://x.test/l.png"' in shown.content

    def test_can_be_downloaded_as_it_came(self, client, mail):
        response = client.get(reverse("console:outbox_raw", args=[mail.pk]))
        assert response.content == MAIL
        assert "attachment" in response["Content-Disposition"]

    def test_without_html_shows_its_text(self, client):
        mail = catch(raw=b"Subject: Plain\r\n\r\nOnly words\r\n")
        url = reverse("console:outbox_mail", args=[mail.pk])
        page = client.get(url).content.decode()
        assert "Only words" in page
        assert "<iframe" not in page


JOIN = b"http://x.test/join/MTI/c6h0xk-0123456789abcdef0123456789abcdef/"
INVITATION = MAIL.replace(b"http://x.test/c/2", JOIN)


def pages_of(mail):
    for name in ("mail", "html", "images", "raw"):
        yield reverse(f"console:outbox_{name}", args=[mail.pk])


class TestInvitation:
    @pytest.mark.parametrize("role", [Role.HYGIENE, Role.MARKETER])
    def test_signs_nobody_in_who_may_only_see_people(self, client, role):
        mail = catch(raw=INVITATION)
        client.force_login(UserFactory(role=role))
        shown = [client.get(url).content.decode() for url in pages_of(mail)]
        assert not [one for one in shown if "c6h0xk" in one]
        assert "is taken out" in shown[0]

    def test_leaves_her_the_other_links(self, client):
        mail = catch(raw=INVITATION)
        client.force_login(UserFactory(role=Role.MARKETER))
        page = client.get(reverse("console:outbox_mail", args=[mail.pk]))
        assert "http://x.test/c/1" in page.content.decode()

    def test_is_followed_by_whoever_may_invite(self, client):
        mail = catch(raw=INVITATION)
        page = client.get(reverse("console:outbox_mail", args=[mail.pk]))
        assert JOIN.decode() in page.content.decode()
        assert "is taken out" not in page.content.decode()


class TestClearing:
    def test_empties_the_outbox(self, client, mail):
        client.post(reverse("console:outbox_clear"))
        assert not CaughtMail.objects.exists()

    def test_does_nothing_by_looking(self, client, mail):
        assert client.get(reverse("console:outbox_clear")).status_code == 405
        assert CaughtMail.objects.exists()


def addresses(mail):
    yield reverse("console:outbox")
    yield from pages_of(mail)


class TestOutsider:
    def test_is_sent_to_the_sign_in(self, outsider_client, mail):
        for url in addresses(mail):
            assert outsider_client.get(url)["Location"].startswith("/login/")
        outsider_client.post(reverse("console:outbox_clear"))
        assert CaughtMail.objects.exists()

    def test_there_is_no_outbox_on_a_server(self, client, mail, settings):
        settings.LOCAL_MODE = False
        for url in addresses(mail):
            assert client.get(url).status_code == 404
        assert client.post(reverse("console:outbox_clear")).status_code == 404
        assert CaughtMail.objects.exists()


class TestLetter:
    def test_names_each_link_once_with_its_words(self):
        assert Letter.of(MAIL).links == [
            Link("Yes, keep me", "http://x.test/c/1"),
            Link("Logo", "http://x.test/c/2"),
        ]

    def test_decodes_its_headers(self):
        assert Letter.of(MAIL).header("from") == "Grüne <news@brand.example>"

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"Content-Type: text/html; charset=nothing\r\n\r\n<p>\xff",
            b"Subject: =?utf-8?b?!!!?=\r\n\r\n\x00",
            b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        ],
    )
    def test_reads_whatever_comes(self, raw):
        letter = Letter.of(raw)
        assert isinstance(letter.framed_html, str)
        assert isinstance(letter.links, list)
