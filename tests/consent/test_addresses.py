import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.addresses import MAX_ADDRESS, BadAddress, parse


@pytest.mark.parametrize(
    ("raw", "deliver_to", "key"),
    [
        (" Ana@People.Example ", "Ana@people.example", "ana@people.example"),
        ("a.b+tag@x.example", "a.b+tag@x.example", "a.b+tag@x.example"),
        ("ana@BÜCHER.example", "ana@xn--bcher-kva.example", None),
        ("ana@faß.example", "ana@xn--fa-hia.example", None),
        ("ana@例え。example", "ana@xn--r8jz45g.example", None),
        ("Zoë@x.example", "Zoë@x.example", "zoë@x.example"),
        ("STRASSE@x.example", "STRASSE@x.example", "strasse@x.example"),
        ('"a b"@x.example', '"a b"@x.example', '"a b"@x.example'),
    ],
)
def test_an_address_has_one_spelling_to_deliver_and_one_to_match(raw, deliver_to, key):
    found = parse(raw)
    assert found.deliver_to == deliver_to
    assert found.key == (key or deliver_to)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("", "There is no address"),
        ("ana", "has no @"),
        ("ana@", "no usable domain"),
        ("ana@localhost", "no usable domain"),
        ("ana@127.0.0.1", "by number"),
        ("a b@x.example", "a character before the @"),
        ("ana..lee@x.example", "a character before the @"),
        ("ana\u200b@x.example", "an invisible character"),
        ("a" * 65 + "@x.example", "longer than"),
        ("ana@" + "x" * 64 + ".example", "no usable domain"),
    ],
)
def test_what_is_no_address_gets_a_sentence(raw, sentence):
    with pytest.raises(BadAddress, match=sentence):
        parse(raw)


@pytest.mark.property
@given(st.text(max_size=300))
def test_any_text_is_parsed_or_refused(text):
    try:
        found = parse(text)
    except BadAddress as refusal:
        assert str(refusal).endswith(".")
    else:
        assert len(found.deliver_to.encode()) <= MAX_ADDRESS
        assert found.key.isprintable()


@pytest.mark.property
@given(st.emails())
def test_parsing_what_was_parsed_changes_nothing(email):
    try:
        once = parse(email)
    except BadAddress:
        return
    again = parse(once.deliver_to)
    assert again == once
    assert parse(once.key).key == once.key


@pytest.mark.property
@given(st.emails())
def test_letter_case_never_makes_another_address(email):
    try:
        found = parse(email)
    except BadAddress:
        return
    assert parse(email.upper()).key == found.key
