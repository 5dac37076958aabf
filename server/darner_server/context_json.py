"""What the model would see, as JSON: for `darner context --json` and for `darner.explainContext`."""

from typing import Any

from darner_context.request import ContextBundle, Snippet


def summary_json(bundle: ContextBundle) -> dict[str, Any]:
    """Return a bundle without its snippets: its sizes in tokens, and what was left out or withheld."""
    return {
        "tokens": bundle.tokens,
        "focus_tokens": bundle.focus_tokens,
        "dropped": bundle.dropped,
        "left_out": [{"path": file.path or ".", "reason": file.reason} for file in bundle.left_out],
        "withheld": [str(each) for each in bundle.withheld],
    }


def snippet_json(snippet: Snippet) -> dict[str, Any]:
    """Return a snippet; its lines count from 1."""
    return {
        "path": snippet.path,
        "start_line": snippet.start_line,
        "end_line": snippet.end_line,
        "text": snippet.text,
        "tokens": snippet.tokens,
        "kind": snippet.kind,
        "reasons": list(snippet.reasons),
        "score": round(snippet.score, 6),
    }
