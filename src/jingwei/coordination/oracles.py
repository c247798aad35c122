"""Actions whose engine reproduces an answer made by others; each has a test marked ``oracle`` that CI runs."""

VOUCHED: tuple[tuple[str, ...], ...] = (("evaluate",), ("index", "build"), ("index", "uncertainty"),
                                       ("catalogue", "validate"), ("catalogue", "export"), ("share", "audit"), ("share", "deliver"), ("quality", "run"),
                                       ("bank", "link"), ("bank", "ask"), ("bank", "publish"),
                                       ("decisions", "run"), ("decisions", "conformance"), ("processes", "check"), ("processes", "run"),
                                       ("government", "prove"), ("government", "clock"), ("government", "apps", "judge"), ("government", "obstructions"))
