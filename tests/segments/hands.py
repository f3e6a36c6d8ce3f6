"""How a person chooses the field of a condition."""

from playwright.sync_api import expect

MOST_STOPS = 200


def reach(page, place):
    """Go to this field or button with the Tab key alone."""
    page.wait_for_load_state()
    place.wait_for()
    for _ in range(MOST_STOPS):
        if place.evaluate("el => el === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"No Tab leads to {place}.")


def filter_by(page, number, field, *, script=True):
    """Choose the field of a condition by mouse."""
    picker = page.get_by_label(f"condition {number}: filter by")
    if not script:
        picker.select_option(label=field)
        return
    page.wait_for_load_state()  # before, it is a plain list of the browser
    picker.click()
    page.get_by_role("option", name=field).first.click()
    expect(picker).to_have_value(field)


def spell(page, number, letters, field):
    """Choose the field of a condition with the keyboard alone."""
    picker = page.get_by_label(f"condition {number}: filter by")
    reach(page, picker)
    page.keyboard.press("Control+a")
    page.keyboard.type(letters)
    page.keyboard.press("Enter")
    expect(picker).to_have_value(field)
    expect(picker).to_be_focused()
