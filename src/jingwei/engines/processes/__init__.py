"""BPMN 2.0 (ISO/IEC 19510:2013) as a token machine: files are read whole, compiled to integers, proved sound and run.

A file becomes ``Definitions`` (reading), a process of it a ``Net`` (net), a case of that net a ``State`` moved by commands (machine). The machine
knows no clock, no store and no expression language: instants, records and the evaluation of conditions come from whoever runs it.
"""
