"""The warm process: everything is imported, and a fork of it does a command's work."""
