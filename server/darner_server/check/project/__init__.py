"""What a project checks itself with: its checkers, its tests, and what their output means."""
