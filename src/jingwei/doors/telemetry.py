"""Traces for whoever collects them: nothing is loaded until ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where they go."""

from __future__ import annotations

import os
from typing import Any

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def traced(app: Any) -> Any:
    """The application with a span for each request, sent over OTLP/HTTP; the application itself when nobody collects.

    All else is set by OpenTelemetry's own variables. Raises Problem ``no_telemetry`` when the extra is not installed.
    """
    if not os.environ.get(ENDPOINT):
        return app
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Problem("no_telemetry", Text(f"要求记录踪迹，但没有装 {error.name}", f"traces are asked for, and {error.name} is not installed"),
                      where=ENDPOINT, remedy=Text('pip install "jingwei[telemetry]"，或取消这个变量。',
                                                  'pip install "jingwei[telemetry]", or unset the variable.')) from None
    provider = TracerProvider(resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "jingwei")}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OpenTelemetryMiddleware(app, tracer_provider=provider, exclude_spans=["receive", "send"])
