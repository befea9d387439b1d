"""The file that trains the book's model, the Storyteller. Its weights are not here yet.

Plumbing of the chapter `training`.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
