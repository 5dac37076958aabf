"""HTTP: connections, the exchanges on them, and their failures."""

import sys

# httpx imports its own command line where click and rich are installed; that takes as long as all the rest of it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
# httpcore does without HTTP/2 where h2 is not installed; none of our sockets offers it, and h2 takes long, too.
sys.modules.setdefault("httpcore._async.http2", None)  # type: ignore[arg-type]
sys.modules.setdefault("httpcore._sync.http2", None)  # type: ignore[arg-type]
