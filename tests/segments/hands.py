"""How a person chooses the field of a condition."""

from playwright.sync_api import expect


def filter_by(page, number, field, *, script=True):
    """Choose the field of a condition by mouse."""
    picker = page.get_by_label(f"condition {number}: filter by")
    if not script:
        picker.select_option(label=field)
        return
    picker.click()
    page.get_by_role("option", name=field).first.click()
    expect(picker).to_have_value(field)


def spell(page, number, letters, field):
    """Choose the field of a condition with the keyboard alone."""
    picker = page.get_by_label(f"condition {number}: filter by")
    picker.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(letters)
    page.keyboard.press("Enter")
    expect(picker).to_have_value(field)
    expect(picker).to_be_focused()
