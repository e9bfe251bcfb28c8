"""The document of the endpoints is valid, and says of every one what programs have to know."""

from openapi_spec_validator import validate

from portal.endpoint import ENDPOINTS
from portal.openapi import document
from tests.portal.live import LivePortal


async def test_the_document_is_valid_and_complete(live: LivePortal) -> None:
    told = (await (await live.browser()).ask("GET", "/openapi.json")).json
    validate(told)
    operations = {
        (method, path): operation for path, methods in told["paths"].items() for method, operation in methods.items()
    }
    assert set(operations) == {(entry.method.lower(), entry.path) for entry in ENDPOINTS}
    assert all(operation["summary"] for operation in operations.values())
    names = [operation["operationId"] for operation in operations.values()]
    assert len(names) == len(set(names))


def test_the_document_names_the_cookie_that_is_used() -> None:
    schemes = document(ENDPOINTS, "https://acd.example")["components"]["securitySchemes"]
    assert schemes["session"]["name"] == "__Host-acd"
