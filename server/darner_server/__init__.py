"""darner: near-instant code patches in any editor."""

__version__ = "0.1.0"
