"""`python -m darner_server.lsp`: the server alone, without the command line around it."""

import sys

from darner_server.lsp.opening import serve_stdio

sys.exit(serve_stdio())
