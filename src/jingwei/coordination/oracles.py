"""Actions whose engine reproduces an answer made by others; each has a test marked ``oracle`` that CI runs."""

VOUCHED: tuple[tuple[str, ...], ...] = (("evaluate",), ("index", "build"), ("index", "uncertainty"),
                                       ("catalogue", "validate"), ("catalogue", "export"), ("share", "audit"), ("share", "deliver"), ("quality", "run"),
                                       ("decisions", "run"), ("decisions", "conformance"))
