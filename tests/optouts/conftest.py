import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from consent.models import Grant, SubscriptionType
from consent.vocabulary import Act, Action, Actor, Grade, LegalBasis, Mechanism
from deliveries.tokens import Purpose, Token, sign
from optouts import jobs
from optouts.models import OptOutImport
from tests.factories import make_address


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def upload(client):
    """`upload("Email\\nana@x.example\\n")`: the import after its first page."""

    def send(content, name="expo.csv", scope="everything"):
        data = content.encode() if isinstance(content, str) else content
        answer = client.post(
            "/optouts/imports/new/",
            {"file": SimpleUploadedFile(name, data), "scope": scope},
        )
        assert answer.status_code == 302, answer.context["form"].errors
        return OptOutImport.objects.latest("id")

    return send


@pytest.fixture
def counted(client, upload):
    """The import after its second page: column chosen, file counted."""

    def send(content, column=0, **kwargs):
        imported = upload(content, **kwargs)
        fields = {"column": column}
        if imported.has_header:
            fields["has_header"] = "on"
        client.post(f"/optouts/imports/{imported.pk}/column/", fields)
        imported.refresh_from_db()
        return imported

    return send


@pytest.fixture
def imported(counted):
    """The import after it ran."""

    def send(content, **kwargs):
        one = counted(content, **kwargs)
        jobs.work(one.start(User.objects.get()).pk)
        return OptOutImport.objects.for_list().get(pk=one.pk)

    return send


@pytest.fixture
def kind(db):
    return SubscriptionType.objects.default()


@pytest.fixture
def ana(db):
    return make_address("ana@people.example")


def token_of(address, kind=None, purpose=Purpose.UNSUBSCRIBE):
    """The token of a mail that is not stored: delivered and archived long ago."""
    return sign(Token(7, 70, address.pk, kind.pk if kind else 0), purpose)


def agree(address, kind):
    act = Act(
        action=Action.GIVEN,
        mechanism=Mechanism.FORM,
        actor=Actor.CONTACT,
        basis=LegalBasis.CONSENT,
    )
    Grant.objects.give([address.pk], kind, act, Grade.EVIDENCED)
