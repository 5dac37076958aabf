"""Patches that were written, and how the last one is reverted."""
