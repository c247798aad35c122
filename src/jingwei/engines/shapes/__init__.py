"""SHACL by columns: a shapes file compiled to array operations over a graph held as integer columns.

W3C Shapes Constraint Language, Recommendation of 20 July 2017, Core. Every constraint component, target and path of Core is
carried out; what a shapes file asks beyond Core (SPARQL, JavaScript, rules) is refused by name, never passed over.
"""
