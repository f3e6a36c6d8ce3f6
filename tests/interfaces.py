"""What providers answer over HTTP where all goes well, in their own shapes.

Sources: the references of their interfaces for sending, by name of the provider.
"""

import base64
import json
from urllib.parse import parse_qs


def _said(status, body, **headers):
    named = {"Content-Type": "application/json"} | headers
    return status, named, json.dumps(body).encode()


def _each(count, name):
    return [f"{name}-{n}" for n in range(count)]


def amazon(got, n):
    return _said(200, {"MessageId": f"amazon-{n}"})


def brevo(got, n):
    return _said(201, {"messageId": f"<brevo-{n}@relay.example>"})


def mailersend(got, n):
    return 202, {"Content-Type": "text/html", "X-Message-Id": f"mailersend-{n}"}, b""


def mailgun(got, n):
    return _said(200, {"id": f"<mailgun-{n}@brand.example>", "message": "Queued."})


def mailjet(got, n):
    mails = json.loads(got.body)["Messages"]
    done = [
        {
            "Status": "success",
            "To": [{"Email": one["To"][0]["Email"], "MessageID": n * 100 + place}],
        }
        for place, one in enumerate(mails)
    ]
    return _said(200, {"Messages": done})


def mailtrap(got, n):
    mails = json.loads(got.body)["requests"]
    names = _each(len(mails), f"mailtrap-{n}")
    done = [{"success": True, "message_ids": [name]} for name in names]
    return _said(200, {"success": True, "responses": done})


def mandrill(got, n):
    to = json.loads(got.body)["message"]["to"][0]["email"]
    return _said(200, [{"email": to, "status": "sent", "_id": f"mandrill-{n}"}])


def postal(got, n):
    to = json.loads(got.body)["to"][0]
    return _said(200, {"status": "success", "data": {"messages": {to: {"id": n}}}})


def postmark(got, n):
    mails = json.loads(got.body)
    names = _each(len(mails), f"postmark-{n}")
    return _said(
        200,
        [
            {"ErrorCode": 0, "Message": "OK", "MessageID": name, "To": one["To"]}
            for one, name in zip(mails, names, strict=True)
        ],
    )


def resend(got, n):
    names = _each(len(json.loads(got.body)), f"resend-{n}")
    return _said(200, {"data": [{"id": name} for name in names]})


def scaleway(got, n):
    to = json.loads(got.body)["to"][0]["email"]
    mail = {"mail_rcpt": to, "id": f"scaleway-{n}", "status": "sending"}
    return _said(200, {"emails": [mail]})


def sendgrid(got, n):
    return 202, {}, b""


def sparkpost(got, n):
    done = {"total_accepted_recipients": 1, "total_rejected_recipients": 0}
    return _said(200, {"results": done | {"id": f"sparkpost-{n}"}})


def unisender_go(got, n):
    to = json.loads(got.body)["message"]["recipients"][0]["email"]
    return _said(200, {"status": "success", "job_id": f"unisender-{n}", "emails": [to]})


def words_in(got):
    """All that one request says, readable."""
    if got.headers.get("Content-Type", "").startswith("application/x-www-form"):
        fields = parse_qs(got.body.decode())
        return "\n".join(f"{name} {' '.join(all_)}" for name, all_ in fields.items())
    said = json.loads(got.body)
    raw = said.get("Content", {}).get("Raw") if isinstance(said, dict) else None
    if raw:
        return base64.b64decode(raw["Data"]).decode()
    return json.dumps(said, ensure_ascii=False)
