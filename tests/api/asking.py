"""A program that asks."""

import json

from django.test import Client

from accounts.roles import Role
from api.models import Token
from api.scopes import TokenScope
from tests.factories import UserFactory

V1 = "/api/v1"


class Program:
    """Has a token of `owner`, with all scopes where none are named."""

    def __init__(self, owner=None, scopes=tuple(TokenScope), name="CRM sync"):
        self.owner = owner or UserFactory(role=Role.ADMIN)
        self.token, self.secret = Token.objects.issue(self.owner, name, scopes)
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def get(self, path, **query):
        return self.client.get(V1 + path, query)

    def post(self, path, body, **headers):
        return self._send(self.client.post, path, body, headers)

    def patch(self, path, body, **headers):
        return self._send(self.client.patch, path, body, headers)

    def _send(self, send, path, body, headers):
        text = body if isinstance(body, str) else json.dumps(body)
        return send(V1 + path, text, content_type="application/json", headers=headers)


def told(answer):
    """(status, word for programs) of a refusal, which is told as RFC 9457 has it."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return answer.status_code, body.get("code", "")
