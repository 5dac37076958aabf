"""Setting darner up from the command line: providers, the endpoints file, keys."""
