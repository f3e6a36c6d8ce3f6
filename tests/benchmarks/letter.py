"""The mail that is measured with: about 30 kB of HTML with 8 tracked links."""

LINKS = 8
GREETING = "<p>Dear {{ first_name | reader }}, here is what you asked us for.</p>"
PARAGRAPH = "<p>{}</p>".format("A sentence that says something to somebody. " * 12)


def blocks():
    greeting = {"id": "hello", "kind": "text", "html": GREETING}
    return [greeting, *(part(number) for number in range(LINKS))]


def part(number):
    link = f'<p><a href="https://brand.example/{number}">Read on</a></p>'
    return {"id": f"b{number}", "kind": "text", "html": PARAGRAPH * 5 + link}
