"""HTTP: connections, the exchanges on them, and their failures."""

import sys

# httpx imports its own command line where click and rich are installed; that takes as long as all the rest of it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
