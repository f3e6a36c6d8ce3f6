"""Many readers at once, with everything that makes them mailable."""

from consent import addresses
from consent.models import Address, Grant
from consent.vocabulary import Act, Action, Actor, Grade, LegalBasis, Mechanism
from contacts.models import Contact

YES = Act(
    action=Action.GIVEN,
    mechanism=Mechanism.FORM,
    actor=Actor.CONTACT,
    basis=LegalBasis.CONSENT,
)


def make_readers(subscription_type, number):
    """`number` contacts who agreed to one subscription type; their addresses."""
    parsed = [addresses.parse(f"reader{n}@people.example") for n in range(number)]
    ids = Address.objects.ensure(parsed)
    Contact.objects.bulk_create(
        [
            Contact(email=one.key, address_id=ids[one.key], first_name="Ada")
            for one in parsed
        ],
        batch_size=5_000,
    )
    Grant.objects.give(sorted(ids.values()), subscription_type, YES, Grade.EVIDENCED)
    return [one.key for one in parsed]
