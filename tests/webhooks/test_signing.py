"""Signatures, against a value that others computed."""

import base64
import hashlib
import hmac

from webhooks import signing

# the example that libraries of the standard are tested with
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_known_example_is_signed_as_others_sign_it():
    assert signing.signature(SECRET, ID, AT, BODY) == SIGNATURE


def test_a_new_secret_has_the_length_that_the_standard_asks_for():
    kept = base64.b64decode(signing.new_secret().removeprefix("whsec_"))
    assert 24 <= len(kept) <= 64


def test_no_secret_is_made_twice():
    assert signing.new_secret() != signing.new_secret()


def test_every_secret_signs_with_a_space_between():
    other = signing.new_secret()
    sent = signing.headers([SECRET, other], ID, AT, BODY)["webhook-signature"]
    key = base64.b64decode(other.removeprefix("whsec_"))
    expected = hmac.digest(key, f"{ID}.{AT}.".encode() + BODY, hashlib.sha256)
    second = f"v1,{base64.b64encode(expected).decode()}"
    assert sent == f"{SIGNATURE} {second}"


def test_the_headers_name_the_id_and_the_moment():
    sent = signing.headers([SECRET], ID, AT, BODY)
    assert (sent["webhook-id"], sent["webhook-timestamp"]) == (ID, str(AT))
