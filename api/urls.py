"""The addresses of the API, and what it tells of itself (OpenAPI 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from api import consent, contacts, forms, problems, properties, segments, suppressions
from api.bodies import Storable

ABOUT = """
Everything a token may do, it does in the name of its owner and never more than she may.
Send it as `Authorization: Bearer lw_…`. Make one under Settings, API tokens.
"""
# what may go wrong, whatever is asked for; and where it may
ALWAYS = (401, 403, 422, 429)


class Call(NamedTuple):
    """One thing that can be asked, for reading."""

    method: str
    path: str
    what: str
    scope: str


class Api(NinjaAPI):
    """Tells its problems by RFC 9457, and says so."""

    def operations(self) -> Iterator[Operation]:
        for _, router in self._routers:
            for view in router.path_operations.values():
                yield from view.operations

    def calls(self) -> list[Call]:
        """In the order in which they are told of."""
        return [
            Call(
                method,
                f"/api/v1{re.sub(r'{[^}]+}', 'ID', one.path)}",
                (one.description or "").partition("\n")[0],
                scope_of(one),
            )
            for one in self.operations()
            for method in one.methods
        ]

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        schema["components"] |= problems.COMPONENTS
        schema["components"]["schemas"]["Problem"] = problems.SCHEMA
        scopes = {one.view_func.__name__: scope_of(one) for one in self.operations()}
        for path, methods in schema["paths"].items():
            for method, told in methods.items():
                told["security"] = [{"Bearer": [scopes[told["operationId"]]]}]
                for status in _problems(path, method, told):
                    told["responses"][status] = {
                        "$ref": "#/components/responses/Problem"
                    }
        return schema


def scope_of(operation: Operation) -> str:
    return str(operation.auth_callbacks[0].scope.value)  # type: ignore[attr-defined]


def _problems(path: str, method: str, told: dict[str, Any]) -> list[int]:
    """The statuses of what may go wrong with this operation."""
    found = [*ALWAYS]
    found += [400] if "requestBody" in told else []
    found += [404] if "{" in path or path.endswith("/find") else []
    found += [410] if path.endswith("/changes") else []
    found += [409] if method in {"post", "patch"} else []
    return sorted(found)


api = Api(
    title="Listwell",
    version="1",
    description=ABOUT.strip(),
    docs_url=None,
    urls_namespace="api",
    parser=Storable(),
)
problems.teach(api)
for part in (contacts, properties, consent, suppressions, segments, forms):
    api.add_router("", part.router)

mounted = api.urls
for pattern in mounted[0]:
    if isinstance(pattern, URLPattern):  # by token instead, see entering.py
        pattern.callback = login_not_required(pattern.callback)
