"""Tokens are what the standard library would make of them, only sooner."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliveries.tokens import Purpose, Stamp, Token, read

NUMBERS = st.integers(0, 2**62)
SECRETS = ["k", "k" * 64, "longer than one block of SHA-256 " * 3]


def by_hand(secret, purpose, numbers):
    payload = bytearray()
    for number in numbers:
        while number > 0x7F:
            payload.append(number & 0x7F | 0x80)
            number >>= 7
        payload.append(number)
    under = purpose.value.encode() + b"\0" + payload
    mac = hmac.digest(secret.encode(), under, "sha256")[:10]
    return base64.b32encode(payload + mac).decode().rstrip("=").lower()


@pytest.mark.parametrize("secret", SECRETS)
@given(ids=st.tuples(NUMBERS, NUMBERS, NUMBERS), extra=NUMBERS)
def test_a_token_is_base32_of_its_numbers_and_their_hmac(secret, ids, extra):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deliveries.tokens.settings.LINK_KEYS", {"7": secret})
        signed = Stamp(*ids).sign(Purpose.CLICK, extra)
    assert signed == f"7-{by_hand(secret, Purpose.CLICK, [*ids, extra])}"


@given(extras=st.lists(st.tuples(st.sampled_from(Purpose), NUMBERS), max_size=20))
def test_tokens_signed_together_can_each_be_read(extras):
    signed = Stamp(3, 2_000_000, 5).sign_all(extras)
    found = [read(one, extra[0]) for one, extra in zip(signed, extras, strict=True)]
    assert found == [Token(3, 2_000_000, 5, extra) for _, extra in extras]
