import pytest
from django import forms

from accounts.typed import TypedNumberField, number_typed

FACT = "There are 4,876 people to opt out."


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4876", 4876),
        ("4,876", 4876),
        ("4.876", 4876),
        ("4’876", 4876),
        (" 4 876 ", 4876),
        ("٤٬٨٧٦", 4876),
        ("४८७६", 4876),
        ("0", 0),
        ("", None),
        ("yes", None),
        ("4876 people", None),
        ("-4876", None),
        ("4²", None),
    ],
)
def test_a_number_is_read_in_any_digits_with_any_separators(text, number):
    assert number_typed(text) == number


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", f"Type 4,876. {FACT}"),
        ("4,867", f"That’s 4,867. {FACT}"),
        ("all", f"“all” is not a number. {FACT}"),
    ],
)
def test_anything_else_is_answered_with_the_fact(text, sentence):
    field = TypedNumberField(expected=4876, fact=FACT)
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean(text)
    assert refusal.value.messages == [sentence]


def test_the_number_itself_is_taken():
    assert TypedNumberField(expected=4876, fact=FACT).clean("4 876") == 4876
