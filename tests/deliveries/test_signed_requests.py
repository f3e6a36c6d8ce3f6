"""Signatures as in the test suite that Amazon publishes for Signature Version 4."""

import datetime as dt

import pytest

from deliveries.signed_requests import headers

NOW = dt.datetime(2015, 8, 30, 12, 36, tzinfo=dt.UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("asked", "signature"),
    [
        ("", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            "?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_a_request_is_signed_as_amazon_does(asked, signature):
    url, scope = f"https://example.amazonaws.com/{asked}", ("us-east-1", "service")
    found = headers(url, ("AKIDEXAMPLE", SECRET), scope, NOW)
    assert found == {
        "X-Amz-Date": "20150830T123600Z",
        "Authorization": "AWS4-HMAC-SHA256"
        " Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
        f" SignedHeaders=host;x-amz-date, Signature={signature}",
    }


def test_a_token_of_a_page_is_signed_as_it_is_sent():
    url = "https://email.eu-west-1.amazonaws.com/v2/x?NextToken=a%2Bb%2F%3D"
    one = headers(url, ("ID", SECRET), ("eu-west-1", "ses"), NOW)
    other = headers(
        url.replace("%2B", "%20"), ("ID", SECRET), ("eu-west-1", "ses"), NOW
    )
    assert one["Authorization"] != other["Authorization"]


def test_a_post_is_signed_as_amazon_does():
    url, scope = "https://example.amazonaws.com/", ("us-east-1", "service")
    found = headers(url, ("AKIDEXAMPLE", SECRET), scope, NOW, b"")
    signature = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    assert found["Authorization"].endswith(f"Signature={signature}")
