"""rdflib tells of every ill-formed literal in its log; the tests are full of them on purpose."""

import logging

logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
