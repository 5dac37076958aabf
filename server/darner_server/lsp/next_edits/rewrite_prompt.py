"""What the model gets to write the next edit: rules and examples first, then the edits, then the window to rewrite."""

from collections.abc import Sequence

from darner_context.next_edits.edit import RecordedEdit
from darner_server.lsp.next_edits.window import Window

BEGIN, END, NOTHING = "<|window|>", "<|/window|>", "NO_EDIT"
_EDITS, _EDIT_LINES = 8, 40
RULES = f"""You continue the user's change in their editor. You get their last edits, oldest first, and a window of
code. Write the window as it will be after the user's next edit, if their edits make clear what it is.

- Continue the change: the same rename, the same pattern, the argument that a call now needs, what a new name needs.
- The user may have stopped in the middle of a word or a line: then complete it.
- Never undo an edit. Never bring back what the user deleted, and never delete what they have just typed.
- Change nothing else: no formatting, no comments about the change, no improvements.
- Answer with the complete window between {BEGIN} and {END}, every line of it, and nothing else.
- If nothing certainly follows, answer {NOTHING}. That is the right answer whenever you are not sure.

Example 1
Edit in shop.py:
- def price(item):
+ def price(item, currency):
Window of shop.py:
{BEGIN}
def total(items, currency):
    return sum(price(item) for item in items)
{END}
Answer:
{BEGIN}
def total(items, currency):
    return sum(price(item, currency) for item in items)
{END}

Example 2
Edit in shop.py:
- # prices in euro
+ # prices in dollars
Window of shop.py:
{BEGIN}
def total(items):
    return sum(price(item) for item in items)
{END}
Answer:
{NOTHING}
"""


def question(edits: Sequence[RecordedEdit], window: Window, related: str, reason: str) -> str:
    """The user's message, the window last."""
    shown = [each for each in edits if each.kind in {"typing", "accepted"}][-_EDITS:]
    history = "\n".join(map(_edit, shown))
    place = f"The next edit may be near this line ({reason}):\n{window.hint.strip()}\n\n" if window.hint.strip() else ""
    return (
        f"{related}The user's edits, oldest first:\n\n{history}\n{place}"
        f"Window of {window.path}:\n{BEGIN}\n{window.text}{END}\n"
        f"Answer with the window after the user's next edit, between {BEGIN} and {END}, or with {NOTHING}."
    )


def _edit(edit: RecordedEdit) -> str:
    before = "".join(f"- {_line(each)}\n" for each in edit.before[:_EDIT_LINES])
    after = "".join(f"+ {_line(each)}\n" for each in edit.after[:_EDIT_LINES])
    taken = ", proposed and accepted" if edit.kind == "accepted" else ""
    return f"Edit in {edit.path}{taken}:\n{before}{after}"


def _line(line: str) -> str:
    return line.rstrip("\r\n")


def rewritten(reply: str) -> str | None:
    """The window in a complete reply, with line feeds; None if there is no edit, or none for certain."""
    head, begin, rest = reply.replace("\r\n", "\n").partition(BEGIN)
    body, end, tail = rest.partition(END)
    if not begin or not end or BEGIN in body or BEGIN in tail or NOTHING in head:
        return None
    body = body.removeprefix("\n")
    if "<|" in body:
        return None  # a mark that was spilled into the code
    return body if body.endswith("\n") or not body else f"{body}\n"
