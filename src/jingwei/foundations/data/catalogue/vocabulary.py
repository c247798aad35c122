"""Which field of a record is which property of DCAT-AP 3.0.1 and of Croissant 1.1: one table, read in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from jingwei.engines.shapes.columns import XSD, iri
from jingwei.foundations.data.catalogue.model import Agent, Contact, Period

DCAT, DCT, FOAF = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://xmlns.com/foaf/0.1/"
ADMS, VCARD, SKOS = "http://www.w3.org/ns/adms#", "http://www.w3.org/2006/vcard/ns#", "http://www.w3.org/2004/02/skos/core#"
PROV, ODRL, SPDX = "http://www.w3.org/ns/prov#", "http://www.w3.org/ns/odrl/2/", "http://spdx.org/rdf/terms#"
RDFS, AP, SCHEMA = "http://www.w3.org/2000/01/rdf-schema#", "http://data.europa.eu/r5r/", "https://schema.org/"
CR = "http://mlcommons.org/croissant/"
OURS = "urn:jingwei:order809:"
"""No standard has words in RDF for the fields of Order 809 art. 13 beyond DCAT's; these are ours."""

PREFIXES = {"dcat": DCAT, "dct": DCT, "foaf": FOAF, "adms": ADMS, "vcard": VCARD, "skos": SKOS, "prov": PROV, "odrl": ODRL, "rdfs": RDFS,
            "dcatap": AP, "xsd": XSD, "spdx": SPDX, "schema": SCHEMA, "cr": CR}
MINTED = "urn:jingwei:term:"
"""Terms the source only named get an address of ours: DCAT-AP wants nodes, not texts, and themes with an IRI."""

DATES = (("date", r"-?\d{4}-\d\d-\d\d"), ("dateTime", r".*T.*"), ("gYear", r"-?\d{4}"), ("gYearMonth", r"-?\d{4}-\d\d"))
EMBEDDED = iri(OURS + "extras")

Kind = Literal["words", "texts", "text", "date", "decimal", "integer", "duration", "hex", "term", "terms", "agent", "agents", "contacts", "periods"]
Row = tuple[str, str, Kind]

DATASET: tuple[Row, ...] = (
    ("title", DCT + "title", "words"), ("description", DCT + "description", "words"), ("identifier", DCT + "identifier", "texts"),
    ("keyword", DCAT + "keyword", "words"), ("theme", DCAT + "theme", "terms"), ("publisher", DCT + "publisher", "agent"),
    ("creator", DCT + "creator", "agents"), ("contact", DCAT + "contactPoint", "contacts"), ("issued", DCT + "issued", "date"),
    ("modified", DCT + "modified", "date"), ("frequency", DCT + "accrualPeriodicity", "term"), ("spatial", DCT + "spatial", "terms"),
    ("temporal", DCT + "temporal", "periods"), ("language", DCT + "language", "terms"), ("license", DCT + "license", "term"),
    ("access_rights", DCT + "accessRights", "term"), ("landing_page", DCAT + "landingPage", "terms"), ("documentation", FOAF + "page", "terms"),
    ("conforms_to", DCT + "conformsTo", "terms"), ("applicable_legislation", AP + "applicableLegislation", "terms"),
    ("provenance", DCT + "provenance", "terms"), ("source", DCT + "source", "terms"), ("relation", DCT + "relation", "terms"),
    ("has_version", DCT + "hasVersion", "terms"), ("in_series", DCAT + "inSeries", "terms"), ("is_referenced_by", DCT + "isReferencedBy", "terms"),
    ("other_identifier", ADMS + "identifier", "terms"), ("qualified_attribution", PROV + "qualifiedAttribution", "terms"),
    ("qualified_relation", DCAT + "qualifiedRelation", "terms"), ("sample", ADMS + "sample", "terms"), ("type", DCT + "type", "terms"),
    ("was_generated_by", PROV + "wasGeneratedBy", "terms"), ("spatial_resolution", DCAT + "spatialResolutionInMeters", "decimal"),
    ("temporal_resolution", DCAT + "temporalResolution", "duration"), ("version", DCAT + "version", "text"),
    ("version_notes", ADMS + "versionNotes", "words"), ("sharing", OURS + "sharing", "text"), ("sharing_basis", OURS + "sharingBasis", "text"),
    ("sharing_mode", OURS + "sharingMode", "text"), ("use_conditions", OURS + "useConditions", "text"), ("grade", OURS + "grade", "text"))

DISTRIBUTION: tuple[Row, ...] = (
    ("title", DCT + "title", "words"), ("description", DCT + "description", "words"), ("access_url", DCAT + "accessURL", "terms"),
    ("download_url", DCAT + "downloadURL", "terms"), ("format", DCT + "format", "term"), ("media_type", DCAT + "mediaType", "term"),
    ("license", DCT + "license", "term"), ("byte_size", DCAT + "byteSize", "integer"), ("issued", DCT + "issued", "date"),
    ("modified", DCT + "modified", "date"), ("rights", DCT + "rights", "term"), ("access_service", DCAT + "accessService", "terms"),
    ("applicable_legislation", AP + "applicableLegislation", "terms"), ("availability", AP + "availability", "term"),
    ("compress_format", DCAT + "compressFormat", "term"), ("package_format", DCAT + "packageFormat", "term"),
    ("conforms_to", DCT + "conformsTo", "terms"), ("documentation", FOAF + "page", "terms"), ("language", DCT + "language", "terms"),
    ("policy", ODRL + "hasPolicy", "term"), ("status", ADMS + "status", "term"), ("spatial_resolution", DCAT + "spatialResolutionInMeters", "decimal"),
    ("temporal_resolution", DCAT + "temporalResolution", "duration"))

# Croissant 1.1 says these in schema.org's words; the others keep DCAT's, which JSON-LD carries beside them.
CROISSANT_DATASET: dict[str, str] = {"title": "name", "description": "description", "identifier": "identifier", "keyword": "keywords",
                                     "issued": "datePublished", "modified": "dateModified", "version": "version", "license": "license",
                                     "landing_page": "url", "creator": "creator", "publisher": "publisher"}
CROISSANT_FILE: dict[str, str] = {"title": "name", "description": "description", "download_url": "contentUrl", "sha256": "sha256",
                                  "byte_size": "contentSize", "media_type": "encodingFormat"}

AS_TEXT = frozenset(("license", "landing_page", "media_type", "download_url"))
"""Croissant wants these as a text or URL, not as a node."""

_AGENT = (("name", FOAF + "name"), ("email", FOAF + "mbox"), ("page", FOAF + "homepage"))
_CONTACT = (("name", VCARD + "fn"), ("email", VCARD + "hasEmail"), ("phone", VCARD + "hasTelephone"), ("page", VCARD + "hasURL"))
_PERIOD = (("start", DCAT + "startDate"), ("end", DCAT + "endDate"))
NESTED: dict[str, tuple[type[Agent] | type[Contact] | type[Period], str, Sequence[tuple[str, str]]]] = {
    "agent": (Agent, FOAF + "Agent", _AGENT), "contact": (Contact, VCARD + "Kind", _CONTACT), "period": (Period, DCT + "PeriodOfTime", _PERIOD)}
CLASS = {"theme": SKOS + "Concept", "license": DCT + "LicenseDocument", "spatial": DCT + "Location"}
LABELS = (SKOS + "prefLabel", RDFS + "label", DCT + "title", FOAF + "name", SCHEMA + "name")
TYPED = {"decimal": XSD + "decimal", "integer": XSD + "nonNegativeInteger", "duration": XSD + "duration", "hex": XSD + "hexBinary"}
