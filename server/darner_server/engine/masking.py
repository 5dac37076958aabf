"""What leaves the machine and what comes back: secrets out of a context, and into the edits of a reply."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from darner_context.secrets.scanner import holds_key

if TYPE_CHECKING:  # whoever only shows a context reads no reply
    from collections.abc import Callable, Iterable

    from darner_context.index import ContextBundle
    from darner_context.secrets.masks import Masks
    from darner_server.patch import Edit, Refused


def restored(edit: Edit, masks: Masks) -> Edit:
    """The edit with the secrets themselves; a malformed one where it holds a part of the placeholder of a secret."""
    if not masks:
        return edit
    texts = [
        edit.before,
        edit.after,
        *(line for _, line in edit.hunk),
        *(each for pair in edit.alternatives for each in pair),
    ]
    kind = masks.altered("\n".join(each for each in texts if each))
    if kind is not None:
        from darner_server.patch import malformed  # noqa: PLC0415 - whoever only shows a context reads no reply

        reason = (
            f"the reply changes the placeholder of a secret ({kind}) instead of copying it: such a string of random "
            "characters is kept exactly as it is shown, whole, or its line is left alone"
        )
        return malformed(edit.path, "mask", reason, format=edit.format)
    put = masks.restore
    return replace(
        edit,
        before=edit.before and put(edit.before),
        after=edit.after and put(edit.after),
        hunk=tuple((op, put(line)) for op, line in edit.hunk),
        sections=tuple(map(put, edit.sections)),
        alternatives=tuple((put(before), put(after)) for before, after in edit.alternatives),
    )


def restored_from_any(edit: Edit, candidates: Iterable[Masks]) -> Edit:
    """
    The edit with the secrets of the file that its reply was written about, which may be any of the candidates.

    A malformed one where a mask stands for one secret in one of the files and for another in the next.
    """
    found = [put for masks in candidates if (put := restored(edit, masks)) != edit]
    different = next((put for put in found[1:] if put != found[0]), None)
    if different is None:
        return found[0] if found else edit
    from darner_server.patch import malformed  # noqa: PLC0415 - as above

    reason = (
        "the reply contains the placeholder of a secret, which may belong to more than one of the files that it names; "
        "apply its edits to one file at a time"
    )
    return malformed(edit.path, "mask", reason, format=edit.format)


def without_secrets(refused: Refused, text: str | None, masks: Masks) -> Refused:
    """A rejection that may be shown and sent: without secrets, and without lines of a file that contains a key."""
    if text is None:
        return refused
    if holds_key(text):
        path = refused.path
        reason = (
            refused.reason if refused.near is None else f"the search text is not in {path}, which holds a private key"
        )
        return replace(refused, refusal=replace(refused.refusal, reason=masks.hide(reason)), near=None, line=None)
    masks.learn(refused.path or "", text)
    refusal = replace(refused.refusal, reason=masks.hide(refused.reason))
    return replace(refused, refusal=refusal, near=refused.near and masks.hide(refused.near))


def hidden(bundle: ContextBundle, masks: Masks, focus_text: str, count: Callable[[str], int]) -> ContextBundle:
    """The bundle as it is sent: a mask for each secret of the focus, and of a snippet if there should be one."""
    focus = bundle.focus
    if focus is not None:
        masks.learn(focus.path, focus_text)
    for each in bundle.snippets:
        masks.avoid(each.text)
    if focus is not None:
        text = masks.hide(focus.text)
        if text != focus.text:
            told = tuple(f"line {each.line}: {each.what}" for each in masks.told if each.path == focus.path)
            focus = replace(focus, text=text, tokens=count(text), reasons=(*focus.reasons, *told))
    snippets = tuple(
        each if (text := masks.hide(each.text)) == each.text else replace(each, text=text) for each in bundle.snippets
    )
    return replace(
        bundle,
        focus=focus,
        focus_tokens=focus.tokens if focus else 0,
        snippets=snippets,
        withheld=(*masks.told, *bundle.withheld),
    )
