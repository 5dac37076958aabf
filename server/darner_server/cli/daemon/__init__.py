"""How a command leaves its work to a warm process. Nothing here imports what the work itself needs."""
