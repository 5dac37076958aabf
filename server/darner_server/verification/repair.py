"""A patch whose check failed: the model mends it with the check's output, and one patch comes of both."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from darner_context.index import Focus
from darner_server.check.failure_excerpt import excerpt
from darner_server.check.verdict import LIMIT_NAMES, NoEvidence, Verdict
from darner_server.engine import Done, Failed, Task
from darner_server.patch import unified_diff

MOST_REPAIRS = 2
_AROUND = 40  # lines
_MOST_PLACES = 4


async def checked(
    done: Done, *, check: Callable[[Done], Awaitable[Verdict | NoEvidence]], clock: Callable[[], float]
) -> tuple[Done, Verdict | NoEvidence]:
    """A patch with the time that its check took, and the verdict."""
    began = clock()
    verdict = await check(done)
    return _timed(done, (clock() - began) * 1000), verdict


async def repaired(
    done: Done,
    verdict: Verdict,
    task: Task,
    *,
    check: Callable[[Done], Awaitable[Verdict | NoEvidence]],
    draft: Callable[[Task], Awaitable[Done | Failed]],
    seconds: float,
    clock: Callable[[], float],
    report: Callable[[str], None],
) -> tuple[Done, Verdict]:
    """
    Repair a patch while its check fails: for at most `seconds`, the checks of the repairs included.

    The last patch that was checked, with its verdict. A repair that is not ready in time is left.
    """
    until = clock() + seconds
    for attempt in range(1, MOST_REPAIRS + 1):
        again = None if verdict.passed else repair_task(task, done, verdict)
        if again is None or clock() + verdict.seconds > until:
            break
        report(f"repair {attempt}: {verdict}")
        why = "there was not enough time for it"
        with suppress(TimeoutError):
            async with asyncio.timeout(until - clock()):
                second = await draft(again)
                both = second if isinstance(second, Failed) else merged(done, second)
                if isinstance(both, Failed):
                    why = both.message
                elif not both.changes:
                    why = "the reply takes the patch back, so the first one stays"
                else:
                    both, found = await checked(both, check=check, clock=clock)
                    if isinstance(found, Verdict):
                        done, verdict = both, found
                        continue
                    why = f"its check could not be run: {found.reason}"
        report(f"repair {attempt}: {why}")
        break
    return done, verdict


def repair_task(task: Task, done: Done, verdict: Verdict) -> Task | None:
    """The task that mends a patch whose check failed; None if the patch deletes or moves files, which no task shows."""
    texts = {path: text for path, text in done.changes.items() if text is not None}
    if len(texts) < len(done.changes):
        return None
    focus = _focus(task, texts)
    shown = excerpt(verdict.output, done.changes) or "(no output)"
    ended = f"exceeds the {LIMIT_NAMES[verdict.limit]}" if verdict.limit else f"fails with exit code {verdict.code}"
    return replace(
        task,
        instruction=f"{task.instruction}\n\n{_WORDING.format(command=verdict.what, ended=ended, output=shown)}",
        focus=focus,
        also=(*(Focus(each) for each in texts if each != focus.path), *_elsewhere(verdict, done)),
        scope="file" if task.scope == "file" else "workspace",
        texts=texts,
    )


def _elsewhere(verdict: Verdict, done: Done) -> list[Focus]:
    """The places of errors in files that the patch does not change: callers that it breaks."""
    lines: dict[str, int] = {}
    for path, line in verdict.places:
        if path not in done.changes and not path.startswith(("/", "..")):
            lines.setdefault(path, line)
    return [Focus(path, max(1, line - _AROUND), line + _AROUND) for path, line in lines.items()][:_MOST_PLACES]


def _focus(task: Task, texts: Mapping[str, str]) -> Focus:
    """The task's place, if the patch left so many lines there; else a file that the patch changed."""
    focus = task.focus
    if focus is None or focus.path not in texts:
        return Focus(next(iter(texts)))
    lines = texts[focus.path].count("\n") + 1
    return focus if (focus.last_line or focus.first_line or 0) <= lines else Focus(focus.path)


_WORDING = (
    "The files already contain a first attempt at this. With it, the project's check `{command}` {ended}:\n\n"
    "{output}\n\nCorrect the code so that the check passes. Do not change tests, and keep what is right."
)


def merged(first: Done, second: Done) -> Done:
    """One patch from the first one and the one that was made on top of it."""
    before = {**second.before, **first.before}
    changes = {path: text for path, text in {**first.changes, **second.changes}.items() if text != before[path]}
    before = {path: before[path] for path in changes}
    names = dict.fromkeys([*first.timings_ms, *second.timings_ms])
    times = {name: first.timings_ms.get(name, 0.0) + second.timings_ms.get(name, 0.0) for name in names}
    return replace(
        second, diff=unified_diff(before, changes), before=before, changes=changes, timings_ms=times,
        usage=first.usage + second.usage,
        moves={**first.moves, **second.moves}, refused=(*first.refused, *second.refused),
    )  # fmt: skip


def _timed(done: Done, milliseconds: float) -> Done:
    """The patch with what the check took."""
    times = dict(done.timings_ms)
    total = times.pop("total", 0.0)
    times["check"] = times.get("check", 0.0) + milliseconds
    return replace(done, timings_ms={**times, "total": total + milliseconds})
