"""What sources write freely, brought to one form: update frequency, format, licence, dates and periods. Dated, and nothing is guessed.

What no rule knows keeps its own words and is counted as not recognised.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

RULES_OF = date(2026, 11, 24)
"""The day these rules were last gone through."""

EU = "http://publications.europa.eu/resource/authority/"
SPDX_LICENCES = "https://spdx.org/licenses/"
_FREQUENCIES = {
    "CONT": "continuous continuously real-time realtime real_time live streaming R/PT1S near_real_time near-real-time continual 实时 持续 实时更新 kontinuierlich",
    "HOURLY": "hourly R/PT1H every_hour 每小时 按小时 stündlich", "TRIHOURLY": "three-hourly 3-hourly every_3_hours every_three_hours",
    "BIHOURLY": "every_2_hours every_two_hours", "DAILY_2": "twice_daily twice_a_day 每日两次 每天两次",
    "DAILY": "daily R/P1D nightly every_day each_day once_a_day 每日 每天 日 按日 按天 每日更新 täglich quotidien quotidienne diario diaria",
    "WEEKLY_2": "twice_a_week semiweekly 每周两次", "WEEKLY": "weekly R/P1W R/P7D every_week each_week once_a_week 每周 周 按周 wöchentlich hebdomadaire semanal",
    "BIWEEKLY": "biweekly bi-weekly fortnightly R/P2W every_two_weeks every_2_weeks 每两周 双周",
    "MONTHLY_2": "twice_a_month semimonthly semi-monthly 每半月 半月", "MONTHLY": "monthly R/P1M every_month each_month once_a_month 每月 月 按月 monatlich mensuel mensuelle mensual",
    "BIMONTHLY": "bimonthly bi-monthly R/P2M every_two_months every_2_months 每两月",
    "QUARTERLY": "quarterly R/P3M every_quarter every_3_months every_three_months 每季度 季度 季 每季 按季 按季度 vierteljährlich quartalsweise trimestriel trimestrielle trimestral",
    "ANNUAL_2": "semiannual semi-annual semiannually semi-annually biannual bi-annual biannually twice_a_year R/P6M half-yearly every_6_months every_six_months 每半年 半年 halbjährlich "
                "semestriel semestrielle semestral",
    "ANNUAL": "annual annually yearly R/P1Y every_year each_year once_a_year 每年 年 按年 年度 jährlich annuel annuelle anual",
    "BIENNIAL": "biennial biennially R/P2Y every_two_years every_2_years every_other_year 每两年", "TRIENNIAL": "triennial R/P3Y every_three_years every_3_years 每三年",
    "QUADRENNIAL": "quadrennial R/P4Y every_four_years every_4_years 每四年", "QUINQUENNIAL": "quinquennial R/P5Y every_five_years every_5_years 每五年",
    "DECENNIAL": "decennial R/P10Y every_ten_years every_10_years 每十年",
    "IRREG": "irregular irregularly as_needed as-needed asneeded as_required as_necessary sporadic when_available ad_hoc ad-hoc occasionally periodically sporadically intermittent 不定期 不定期更新 按需 unregelmäßig irrégulier irregulière",
    "NEVER": "never not_updated no_updates not_planned notplanned one-time one_time once static historical none_planned no_longer_updated discontinued 不更新 一次性 不再更新 静态",
    "UNKNOWN": "unknown 未知"}
_FREQUENCY = {name.lower().replace("_", " "): code for code, names in _FREQUENCIES.items() for name in names.split()}
_PHRASES = re.compile("|".join([r"(?<![\w-])(?:" + "|".join(re.escape(n) for n in sorted(_FREQUENCY, key=len, reverse=True) if n[0].isalpha() and n[0] < "\u2e80") + r")(?![\w-])",
                                *(re.escape(n) for n in sorted(_FREQUENCY, key=len, reverse=True) if n[0] >= "\u2e80" and len(n) > 1)]))
_DENIED = re.compile(r"\b(?:not|no|until|except|was|were|formerly|previously)\b|n't|原|曾|停止")
"""Words in a phrase beside which a frequency no longer holds, or never did."""

FORMATS = {"csv": "CSV", "tsv": "TSV", "xls": "XLS", "xlsx": "XLSX", "excel": "XLSX", "json": "JSON", "geojson": "GEOJSON", "xml": "XML", "shp": "SHP",
           "shapefile": "SHP", "shape file": "SHP", "esri shapefile": "SHP", "kml": "KML", "kmz": "KMZ", "pdf": "PDF", "html": "HTML", "htm": "HTML", "zip": "ZIP",
           "txt": "TXT", "text": "TXT", "parquet": "PARQUET", "geoparquet": "PARQUET", "apache parquet": "PARQUET", "gpkg": "GPKG", "geopackage": "GPKG", "gdb": "GDB",
           "file geodatabase": "GDB", "netcdf": "NETCDF", "nc": "NETCDF", "tif": "TIFF", "tiff": "TIFF", "geotiff": "TIFF", "cog": "TIFF", "docx": "DOCX", "doc": "DOC",
           "pptx": "PPTX", "ods": "ODS", "gtfs": "GTFS", "wms": "WMS_SRVC", "wfs": "WFS_SRVC", "ogc:wms": "WMS_SRVC", "ogc:wfs": "WFS_SRVC", "jpeg": "JPEG", "jpg": "JPEG",
           "png": "PNG", "rdf": "RDF", "ttl": "RDF_TURTLE", "turtle": "RDF_TURTLE", "jsonld": "JSON_LD", "json-ld": "JSON_LD", "n-triples": "RDF_N_TRIPLES", "gz": "GZIP",
           "gzip": "GZIP", "tar": "TAR", "7z": "7Z", "sqlite": "SQLITE", "hdf5": "HDF5", "h5": "HDF5", "hdf": "HDF", "grib": "GRIB", "grib2": "GRIB", "las": "LAS", "laz": "LAZ",
           "rss": "RSS", "atom": "ATOM", "sql": "SQL", "mdb": "MDB", "dbf": "DBF", "ics": "ICS", "rest": "REST", "text/csv": "CSV", "application/json": "JSON",
           "application/pdf": "PDF", "application/zip": "ZIP", "application/geo+json": "GEOJSON", "application/xml": "XML", "text/xml": "XML", "text/html": "HTML", "image/tiff": "TIFF", "image/png": "PNG", "image/jpeg": "JPEG", "text/plain": "TXT",
           "application/vnd.ms-excel": "XLS", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX", "电子表格": "XLSX"}
"""Names of the EU's file types (a subset); others, such as API or 库表, stay as they are written."""

_LICENCES = {
    "CC0-1.0": "cc0|cc zero|cc0 1 0|cc 0|creative commons zero|creative commons zero 1 0|creative commons cc zero|creative commons cc0|creative commons 1 0 universal|cc zero 1 0|"
               "cc0 1 0 universal|creative commons cc0 1 0 universal|creative commons zero v1 0 universal|creative commons cczero|public domain cc0|public domain dedication cc0",
    "PDDL-1.0": "pddl|odc pddl|odc pddl 1 0|pddl 1 0|open data commons public domain dedication and license|open data commons public domain dedication and licence|"
                "open data commons public domain dedication and license pddl|open data commons public domain dedication and licence pddl",
    "ODbL-1.0": "odbl|odc odbl|odbl 1 0|odc odbl 1 0|open database license|open database licence|open data commons open database license|open data commons open database license odbl|"
                "open data commons open database licence|open database license odbl 1 0",
    "ODC-By-1.0": "odc by|odc by 1 0|open data commons attribution license|open data commons attribution licence|open data commons attribution license odc by",
    "OGL-UK-3.0": "ogl uk 3 0|ogl 3 0|ogl v3|open government licence 3 0|open government licence v3 0|uk open government licence v3 0", "OGL-UK-2.0": "ogl uk 2 0|open government licence 2 0",
    "OGL-Canada-2.0": "ogl canada 2 0|open government licence canada 2 0|open government licence canada", "etalab-2.0": "etalab 2 0|licence ouverte 2 0|licence ouverte v2 0|lov2|fr lo 2 0",
    "DL-DE-BY-2.0": "dl de by 2 0|datenlizenz deutschland namensnennung version 2 0|datenlizenz deutschland namensnennung 2 0|dl by de 2 0",
    "DL-DE-ZERO-2.0": "dl de zero 2 0|datenlizenz deutschland zero version 2 0|datenlizenz deutschland zero 2 0|dl zero de 2 0",
    "MIT": "mit|mit license|mit licence|the mit license", "Apache-2.0": "apache 2 0|apache license 2 0|apache license version 2 0|apache software license 2 0|apache 2",
    "BSD-3-Clause": "bsd 3 clause", "CDLA-Permissive-1.0": "cdla permissive 1 0|community data license agreement permissive version 1 0",
    "CDLA-Permissive-2.0": "cdla permissive 2 0|community data license agreement permissive version 2 0", "MulanPSL-2.0": "mulanpsl 2 0|木兰宽松许可证 第2版"}
_LICENCE = {name: code for code, names in _LICENCES.items() for name in names.split("|")}
_CREATIVE = re.compile(r"(?:creative commons|cc)((?: (?:by|nc|nd|sa|attribution|non ?commercial|no ?deriv\w*|share ?alike))+)(?: (?:international|unported|license|licence|public|generic))* ?"
                       r"v?(?:ersion )?([1-4]) ([05])(?: (?:international|unported|license|licence|public|generic|deed|legalcode|\(?cc by\)?))*")
_CREATIVE_ADDRESS = re.compile(r"https?://(?:www\.)?creativecommons\.org/(?:licenses/([a-z-]+)/([1-4]\.[05])|publicdomain/(zero)/1\.0)(?:/(?:deed(?:\.[\w-]+)?|legalcode(?:\.[\w-]+)?))?/?")
_OPEN_ADDRESS = {"opendatacommons.org/licenses/odbl": "ODbL-1.0", "opendatacommons.org/licenses/by": "ODC-By-1.0", "opendatacommons.org/licenses/pddl": "PDDL-1.0",
                 "nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-UK-3.0", "nationalarchives.gov.uk/doc/open-government-licence/version/2": "OGL-UK-2.0",
                 "govdata.de/dl-de/by-2-0": "DL-DE-BY-2.0", "govdata.de/dl-de/zero-2-0": "DL-DE-ZERO-2.0", "etalab.gouv.fr/licence-ouverte-open-licence": "etalab-2.0",
                 "open.canada.ca/en/open-government-licence-canada": "OGL-Canada-2.0", "apache.org/licenses/license-2.0": "Apache-2.0", "cdla.dev/permissive-1-0": "CDLA-Permissive-1.0",
                 "cdla.dev/permissive-2-0": "CDLA-Permissive-2.0", "opensource.org/licenses/mit": "MIT"}
_ANY_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")
_OF_LICENCES = re.compile("|".join(("creativecommons\\.org/(?:licenses|publicdomain)", *map(re.escape, _OPEN_ADDRESS))))
_HEDGED = re.compile(r"\b(?:either|some|except|unless|various|formerly|not (?:under|licen[sc]ed|available under|covered by))\b")
"""Words beside which the licence that a sentence names is not that of all of it."""

_MARKS = {"attribution": "BY", "by": "BY", "nc": "NC", "noncommercial": "NC", "nd": "ND", "noderivs": "ND", "noderivatives": "ND", "noderivative": "ND", "sa": "SA", "sharealike": "SA"}

_MONTHS = {name: n for n, names in enumerate(("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sep sept",
                                              "october oct", "november nov", "december dec"), 1) for name in names.split()}
_DAY = re.compile(r"(\d{4})([-/.年])(\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[T ](\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?", re.ASCII)
_WORDED = re.compile(r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?(?:(\d{1,2})(?:st|nd|rd|th)?[ -])?([a-z]{3,9})\.?,?(?:[ -](\d{1,2})(?:st|nd|rd|th)?,?)?[ -](\d{4})"
                     r"(?: (\d\d:\d\d(?::\d\d)?) ?(gmt|utc|z)?)?", re.ASCII)
_BACKWARDS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
YEAR = re.compile(r"((?:1[5-9]|20)\d\d)年?", re.ASCII)
_BETWEEN = re.compile(r"\s*(?:/|–|—|至|~|～|到|\bto\b|\bthrough\b|\buntil\b|\s-\s)\s*")
_OPEN_END = frozenset(("present", "current", "now", "ongoing", "today", "..", "至今", "今", "现在", "date"))


@lru_cache(maxsize=16_384)
def frequency(written: str) -> str:
    """Address of the EU's frequency that the words are, else empty."""
    if len(written) > 60:
        return ""
    word = unicodedata.normalize("NFKC", written).strip().rstrip(".。").lower().replace("_", " ")
    return f"{EU}frequency/{_FREQUENCY[word]}" if word in _FREQUENCY else ""


@lru_cache(maxsize=16_384)
def frequency_in(written: str) -> str:
    """Address of the one frequency that a short phrase names (*Updated quarterly*, 每月更新), else empty: of two, neither is chosen."""
    if exact := frequency(written):
        return exact
    phrase = unicodedata.normalize("NFKC", written).strip().lower()
    if len(phrase) > 80:
        return ""
    codes = {_FREQUENCY[word] for word in _PHRASES.findall(phrase)}
    return f"{EU}frequency/{codes.pop()}" if len(codes) == 1 and not (_DENIED.search(phrase) and codes != {"NEVER"}) else ""


@lru_cache(maxsize=16_384)
def file_type(written: str) -> str:
    """Address of the EU's file type that the words are, else empty."""
    word = FORMATS.get(" ".join(written.strip().lstrip(".").lower().split()))
    return f"{EU}file-type/{word}" if word else ""


@lru_cache(maxsize=16_384)
def licence(written: str) -> str:
    """SPDX's address of the licence that the words or the address are, else empty. *CC BY* without its version is none: they differ."""
    said = unicodedata.normalize("NFKC", written).strip()
    if len(said) > 200:
        return ""
    if found := _CREATIVE_ADDRESS.fullmatch(said.lower()):
        return SPDX_LICENCES + ("CC0-1.0" if found[3] else f"CC-{found[1].upper()}-{found[2]}")
    if "://" in said:
        bare = re.sub(r"^https?://(?:www\.)?", "", said.lower()).rstrip("/")
        return next((SPDX_LICENCES + code for start, code in _OPEN_ADDRESS.items() if bare == start or bare.startswith((f"{start}/", f"{start}.", f"{start}-"))), "")
    words = " ".join(re.sub(r"[^\w]+", " ", said.lower().replace("_", " ")).split())
    if code := _LICENCE.get(words) or _LICENCE.get(words.removesuffix(" license").removesuffix(" licence")):
        return SPDX_LICENCES + code
    if found := _CREATIVE.fullmatch(words):
        marks = [_MARKS[m] for m in re.sub(r"(non|no|share) (?=comm|deriv|alike)", r"\1", found[1]).split()]
        return f"{SPDX_LICENCES}CC-{'-'.join(dict.fromkeys(marks))}-{found[2]}.{found[3]}" if "BY" in marks else ""
    return ""


@lru_cache(maxsize=16_384)
def licence_in(written: str) -> str:
    """SPDX's address of the one licence whose own address stands in a sentence or two, else empty: of two, or of one that is hedged, none."""
    if exact := licence(written):
        return exact
    if len(written) > 1_000 or _HEDGED.search(written.lower()):
        return ""
    codes = {licence(word.rstrip(".,;:")) for word in _ANY_ADDRESS.findall(written) if _OF_LICENCES.search(word.lower())}
    return codes.pop() if len(codes) == 1 else ""


@lru_cache(maxsize=16_384)
def day(written: str) -> str:  # noqa: PLR0911 (one return a way of writing)
    """A day, month or instant in ISO 8601, else empty: 2024/3/5, 2024年3月5日, 5 March 2024, 5.3.2024 and 20240305 are 2024-03-05.

    03/05/2024 is nobody's guess; 25/12/2024 can only be read one way.
    """
    said = unicodedata.normalize("NFKC", written).strip()
    if len(said) > 60:
        return ""
    if found := _DAY.fullmatch(said):
        return _written(int(found[1]), int(found[3]), int(found[4]) if found[4] else 0, found[5] or "", (found[6] or "").replace("UTC", "Z").replace("GMT", "Z"))
    if (found := _WORDED.fullmatch(said.lower())) and found[2] in _MONTHS and not (found[1] and found[3]):
        return _written(int(found[4]), _MONTHS[found[2]], int(found[1] or found[3] or 0), found[5] or "", "Z" if found[6] else "")
    if found := _BACKWARDS.fullmatch(said):
        one, other = int(found[1]), int(found[3])
        if found[2] == "." or one > 12:  # dots put the day first wherever they are used
            return _written(int(found[4]), other, one)
        return _written(int(found[4]), one, other) if other > 12 else ""
    if found := _COMPACT.fullmatch(said):
        return _written(int(found[1]), int(found[2]), int(found[3]))
    return ""


def _written(year: int, month: int, d: int, clock: str = "", zone: str = "") -> str:
    try:
        at = date(year, month, d or 1)
    except ValueError:
        return ""
    if not d:
        return f"{at:%Y-%m}" if not clock else ""
    if not clock:
        return at.isoformat()
    try:
        datetime.fromisoformat(f"{at.isoformat()}T{clock.zfill(5) if clock.count(':') == 1 else clock}{zone}")
    except ValueError:
        return ""
    hours = clock if clock.count(":") == 2 else f"{clock}:00"
    zone = f"{zone[:3]}:{zone[-2:]}" if len(zone) >= 5 else zone
    return f"{at.isoformat()}T{hours.zfill(8)}{zone}"


@lru_cache(maxsize=16_384)
def period(written: str) -> tuple[str, str] | None:
    """From when to when words say, each a day, month or year, the end empty while it lasts; None when no rule knows them."""
    said = unicodedata.normalize("NFKC", written).strip()
    if len(said) > 80:
        return None
    if one := moment(said):
        return one, one
    if years := re.fullmatch(r"(\d{4})年?\s*-\s*(\d{4})年?", said):
        return (years[1], years[2]) if years[1] <= years[2] else None
    parts = _BETWEEN.split(re.sub(r"^(?:from|since|between|自|从)\s*", "", said, flags=re.IGNORECASE))
    if len(parts) == 1 and (open_ := re.fullmatch(r"(.*\d年?)\s*-?\s*(present|current|now|ongoing|至今)", said, re.IGNORECASE)):
        parts = [open_[1], open_[2]]
    if len(parts) != 2 or not (start := moment(parts[0])):
        return None
    if parts[1].lower() in _OPEN_END or not parts[1]:
        return start, ""
    end = moment(parts[1])
    return (start, end) if end and start[:4] <= end[:4] else None


def moment(written: str) -> str:
    """A year, or what ``day`` knows."""
    found = YEAR.fullmatch(written.strip())
    return found[1] if found else day(written)


def is_date(written: str) -> bool:
    return bool(day(written))
