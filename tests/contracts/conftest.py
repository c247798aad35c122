"""The other engine, for whatever must give the same rows on both."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from jingwei.kernel.lake import _CONNECTIONS


@pytest.fixture(scope="package")
def session() -> Iterator[Any]:
    """A Spark session as light as one can be. In CI its absence is a failure, never a skip."""
    lacking = [what for what, there in (("pyspark", find_spec("pyspark")), ("java", shutil.which("java"))) if not there]
    if lacking:
        message = f"{' and '.join(lacking)} missing: install jingwei[spark] and Java 17 to compare the two engines"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.host": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "512m", "spark.sql.shuffle.partitions": "1"}
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
    _CONNECTIONS.__dict__.clear()
    gc.collect()
