"""Chinese and Latin text: brought to one form, cut into what is indexed, and ranked."""
