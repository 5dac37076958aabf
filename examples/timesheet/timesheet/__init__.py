"""Adds up working hours."""
