"""The ways in: nothing else knows a command line, HTTP or HTML."""
