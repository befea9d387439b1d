"""The plots of the story world, as text in the notation of `llmbook.text.stories.grammar`."""

from llmbook.text.stories.plots import friends, growing, home, kindness, outdoors, shared

SOURCES = tuple(part.SOURCE for part in (shared, friends, kindness, outdoors, home, growing))
