"""What nobody thought of: the API asked at random within its own description never fails and keeps its word."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from litestar import Litestar
from litestar.testing import TestClient
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jingwei import plan
from jingwei.doors.openapi import PREFIX, document
from jingwei.doors.portal.app import application
from jingwei.kernel.workspace import Workspace

KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
        response_schema_conformance]
"""Whether an input that fits the description is one an action can answer is the action's to say (422), not the description's."""

PATIENCE = 600
COSTLY = {f"{PREFIX}/evaluate": 2}
"""Fewer requests where nearly each is an evaluation of its own."""

OPERATIONS = [(path, method) for path, item in document([a for p in plan.pillars() for a in p.actions], "en")["paths"].items()
              for method in item]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Any:
    node: Litestar = application(Workspace(tmp_path_factory.mktemp("node")))
    with TestClient(node) as client:
        assert client.get("/en").status_code == 200  # from here on it is ready
    return schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json?lang=en", node)


def ask(described: Any, path: str, method: str, examples: settings) -> None:
    """Requests that fit the description of one operation: no server error, only statuses, types and shapes it names."""

    @examples
    @given(case=described[path][method.upper()].as_strategy())
    def asked(case: Any) -> None:
        case.call_and_validate(checks=KEPT, timeout=PATIENCE)

    asked()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_that_fits_the_description_makes_the_node_fail_or_break_it(described, path, method):
    ask(described, path, method, settings(max_examples=COSTLY.get(path, 10), derandomize=True, deadline=None,
                                          suppress_health_check=list(HealthCheck)))


@pytest.mark.soak
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_in_a_long_run_does_either(described, path, method):
    ask(described, path, method, settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck)))
