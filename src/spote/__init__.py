"""A self-hosted Markdown notes server that people and their AI agents read and write."""

__version__ = "0.1.0"
