"""The shared library of *From Text to Silicon*: one module per chapter, imported in reading order."""

__version__ = "0.1.0"
