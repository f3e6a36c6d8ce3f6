"""Amazon SES, which takes our octets as they are (SendEmail of its API, version 2).

It gives each mail a Message-ID of its own and signs for the domain itself: our
signature covers the one before and would not hold.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import requests
from django.utils import timezone

from deliveries import signed_requests
from deliveries.smtp import Mail
from deliveries.transports.answers import Said, judged, taken
from deliveries.transports.table import AMAZON, PROVIDERS
from deliveries.transports.ways import Request, reply_of

KIND = "amazon"
LABEL = PROVIDERS[KIND].label
ANYWHERE = "us-east-1"
_SIGNATURE = re.compile(rb"\ADKIM-Signature:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


@dataclass(frozen=True)
class Raw:
    """One mail a request. `key`: the access key's id and its secret."""

    url: str
    host: str
    key: tuple[str, str]
    configuration: str = ""
    most: int = 1

    def payload(self, mail: Mail) -> bytes:
        content = _SIGNATURE.sub(b"", mail.content)
        told = {
            "Content": {"Raw": {"Data": base64.b64encode(content).decode()}},
            "Destination": {"ToAddresses": [mail.rcpt_to]},
        }
        named = (
            {"ConfigurationSetName": self.configuration} if self.configuration else {}
        )
        return json.dumps(told | named).encode()

    def request(self, payloads: Sequence[bytes]) -> Request:
        body = payloads[0]
        scope = AMAZON.get(self.host, ANYWHERE), "ses"
        proof = signed_requests.headers(self.url, self.key, scope, timezone.now(), body)
        headers = {"Content-Type": "application/json", **proof}
        return {"method": "POST", "url": self.url, "data": body, "headers": headers}

    def read(self, response: requests.Response, payloads: Sequence[bytes]) -> Said:
        reply = reply_of(response)
        try:
            ref = response.json()["MessageId"] if reply.status == 200 else ""
        except (ValueError, LookupError, TypeError):
            ref = ""
        if ref:
            return Said([taken(LABEL, KIND, str(ref))])
        return judged(KIND, LABEL, reply, len(payloads))
