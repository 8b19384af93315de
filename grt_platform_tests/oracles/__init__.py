"""The same answers by other means: plain loops and the programs of the field."""
