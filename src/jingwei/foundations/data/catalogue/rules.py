"""What sources write freely, brought to one form: update frequency, format and licence. Dated, and nothing is guessed.

What no rule knows keeps its own words and is counted as not recognised.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

RULES_OF = date(2026, 11, 1)
"""The day these rules were last gone through."""

EU = "http://publications.europa.eu/resource/authority/"
_FREQUENCIES = {
    "CONT": "continuous continuously real-time realtime real_time live streaming R/PT1S 实时 持续", "HOURLY": "hourly R/PT1H 每小时",
    "DAILY": "daily R/P1D nightly every_day 每日 每天 日", "WEEKLY": "weekly R/P1W R/P7D every_week 每周 周",
    "BIWEEKLY": "biweekly fortnightly R/P2W every_two_weeks 每两周", "MONTHLY": "monthly R/P1M every_month 每月 月",
    "BIMONTHLY": "bimonthly R/P2M every_two_months 每两月", "QUARTERLY": "quarterly R/P3M every_quarter 每季度 季度 季",
    "ANNUAL_2": "semiannual semi-annually biannual biannually twice_a_year R/P6M half-yearly 每半年 半年",
    "ANNUAL": "annual annually yearly R/P1Y every_year once_a_year 每年 年", "BIENNIAL": "biennial biennially R/P2Y every_two_years 每两年",
    "DECENNIAL": "decennial R/P10Y every_ten_years every_10_years 每十年", "IRREG": "irregular irregularly as_needed as-needed ad_hoc occasionally periodically 不定期",
    "NEVER": "never not_updated no_updates one-time one_time once static historical 不更新 一次性", "UNKNOWN": "unknown 未知"}
_FREQUENCY = {name.lower().replace("_", " "): code for code, names in _FREQUENCIES.items() for name in names.split()}

FORMATS = {"csv": "CSV", "tsv": "TSV", "xls": "XLS", "xlsx": "XLSX", "json": "JSON", "geojson": "GEOJSON", "xml": "XML", "shp": "SHP", "shapefile": "SHP",
           "kml": "KML", "kmz": "KMZ", "pdf": "PDF", "html": "HTML", "htm": "HTML", "zip": "ZIP", "txt": "TXT", "parquet": "PARQUET", "gpkg": "GPKG",
           "netcdf": "NETCDF", "tiff": "TIFF", "geotiff": "TIFF", "docx": "DOCX", "doc": "DOC", "gtfs": "GTFS", "wms": "WMS_SRVC", "wfs": "WFS_SRVC",
           "jpeg": "JPEG", "jpg": "JPEG", "png": "PNG", "rdf": "RDF", "gz": "GZIP", "gzip": "GZIP", "sqlite": "SQLITE", "hdf5": "HDF5", "grib": "GRIB"}
"""Names of the EU's file types (a subset); others, such as API or 库表, stay as they are written."""

_DAY = re.compile(r"(\d{4})([-/.年])(\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[T ](\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


@lru_cache(maxsize=16_384)
def frequency(written: str) -> str:
    """Address of the EU's frequency that the words are, else empty."""
    if len(written) > 60:
        return ""
    word = unicodedata.normalize("NFKC", written).strip().rstrip(".。").lower().replace("_", " ")
    return f"{EU}frequency/{_FREQUENCY[word]}" if word in _FREQUENCY else ""


@lru_cache(maxsize=16_384)
def file_type(written: str) -> str:
    """Address of the EU's file type that the words are, else empty."""
    word = FORMATS.get(written.strip().lstrip(".").lower())
    return f"{EU}file-type/{word}" if word else ""


@lru_cache(maxsize=16_384)
def day(written: str) -> str:
    """A day, month or instant in ISO 8601, else empty: 2024/3/5 and 2024年3月5日 are 2024-03-05; 03/05/2024 is nobody's guess."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", written).strip())
    if not found:
        return ""
    year, month, d = int(found[1]), int(found[3]), int(found[4] or 1)
    try:
        at = date(year, month, d)
    except ValueError:
        return ""
    if not found[4]:
        return f"{at:%Y-%m}" if not found[5] else ""
    if not found[5]:
        return at.isoformat()
    clock, zone = found[5], found[6] or ""
    try:
        datetime.fromisoformat(f"{at.isoformat()}T{clock.zfill(5) if clock.count(':') == 1 else clock}{zone}")
    except ValueError:
        return ""
    hours = clock if clock.count(":") == 2 else f"{clock}:00"
    zone = f"{zone[:3]}:{zone[-2:]}" if len(zone) >= 5 else zone
    return f"{at.isoformat()}T{hours.zfill(8)}{zone}"


def is_date(written: str) -> bool:
    return bool(day(written))
