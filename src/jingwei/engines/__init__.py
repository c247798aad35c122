"""Pure mathematics and formats that several rooms share: no input or output, no store, no web."""
