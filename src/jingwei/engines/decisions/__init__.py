"""DMN 1.5 decisions and FEEL, compiled: models read, answered, explained, proved complete and free of overlap, compared.

OMG, Decision Model and Notation 1.5 (formal/2024-01-01), conformance level 3. FEEL is the only language of expressions: functions of Java
or PMML are refused by name. Every evaluation has an end: steps, depth and sizes are limited, and time comes from outside.
"""
