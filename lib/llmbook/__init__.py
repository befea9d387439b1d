"""The shared library of *From Text to Silicon*: one module per chapter, in reading order."""

__version__ = "0.1.0"
