"""What the embedded models can do on this machine: time to healthy, tokens a second, edits that come out right.

    python bench/local_model.py [--model NAME ...] [--wording NAME ...] [--plain] [--json FILE]

Every edit is a rewrite of one whole function, with the instruction after the code; its result is run. `--plain`
measures without speculation as well. The wordings differ in what the system and user messages say around the same code.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import httpx
from local_edit_cases import EDITS, ToyEdit

from darner_server.local.models import MODELS
from darner_server.local.server import Running, StartFailed, ensure_server, stop_server
from darner_server.user_directories import cache_folder

_BLOCK = "```{language}\n{code}```\n\n"
_REPLY = "Reply with the complete new version of the function in one fenced code block and nothing else."

_HOUSE = """\
Answer with the complete new text of the code you were asked to change, in one fence, and nothing else:

```python
def f():
    ...
```

- Write every line of it, changed or not. Never abbreviate with "..." or a comment such as "rest of the code".
- Keep the indentation and everything you were not asked to change.
- If you were asked for several files, write each file's path alone on the line above its fence.
"""

# name: (system message, how lines of other files are introduced, the rest of the user message)
WORDINGS = {
    "house": (_HOUSE, "{place}\n", "The code to rewrite:\n```\n{code}```\n\n{instruction}\n"),
    "house-focus": (
        _HOUSE,
        "{place}\n",
        "{path}\n```\n{code}```\n\nThe code to rewrite:\n```\n{code}```\n\n{instruction}\n",
    ),
    "house-tagged": (
        (
            "Answer with the complete new text of the code to rewrite, in one fence, and nothing else. Write every "
            "line of it, changed or not. Keep the indentation and everything you were not asked to change."
        ),
        "{place}\n",
        "The code to rewrite:\n" + _BLOCK + "{instruction}\n",
    ),
    "plain": ("You rewrite code.", "{place}\n", _BLOCK + "{instruction}\n"),
    "rules": (f"You edit code. {_REPLY}", "{place}\n", _BLOCK + "{instruction}\n"),
    "no-system": ("", "{place}\n", _BLOCK + "{instruction}\n" + _REPLY + "\n"),
    "expert": (
        (
            "You are an expert programmer. You get a piece of code and an instruction. Rewrite the code as the "
            "instruction says. Change nothing else: keep names, comments, style and indentation. Reply with the whole "
            "rewritten code in one fenced code block, without any explanation."
        ),
        "{place}\n",
        "Code ({path}):\n" + _BLOCK + "Instruction: {instruction}\n",
    ),
    "plain-after": (
        "You rewrite code.",
        "For reference, from {place}:\n",
        "Rewrite this code from {path}:\n" + _BLOCK + "{instruction}\n",
    ),
    "plain-again": (
        "You rewrite code.",
        "For reference, from {place}:\n",
        "Rewrite this code from {path}:\n" + _BLOCK + "{instruction} Do all of this, and reply with the whole code.\n",
    ),
    "careful": (
        "You rewrite code. You do everything that the instruction asks for, and nothing else.",
        "For reference, from {place}:\n",
        "Rewrite this code from {path}:\n" + _BLOCK + "Instruction: {instruction}\n",
    ),
    "both": (
        "You rewrite code.",
        "For reference, from {place}:\n",
        "{instruction}\n\n" + _BLOCK + "Rewrite this code: {instruction}\n",
    ),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    model: str
    wording: str
    speculate: bool
    edit: str
    result: str  # right | unchanged | wrong | broken
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    prefill: float  # tokens/s
    decode: float  # tokens/s
    seconds: float


def block(reply: str) -> str:
    """The first fenced block, or everything."""
    found = re.search(r"^[ \t]*```[^\n]*\n(.*?)^[ \t]*```", reply, re.DOTALL | re.MULTILINE)
    return found[1] if found else reply


def reindented(new: str, old: str) -> str:
    """A method that came back at the left margin goes back to where it was."""
    indent = re.match(r"[ \t]*", old)
    assert indent
    if not indent[0] or new.startswith(indent[0]):
        return new
    return "".join(indent[0] + line if line.strip() else line for line in new.splitlines(keepends=True))


def judge(edit: ToyEdit, reply: str) -> str:
    new = reindented(block(reply), edit.code)
    if new.strip() == edit.code.strip():
        return "unchanged"
    program = f"{edit.before}{new}\n{edit.check}\n"
    command = [sys.executable, "-I", "-c"] if edit.language == "python" else ["node", "-e"]
    try:
        done = subprocess.run([*command, program], capture_output=True, timeout=10, check=False, text=True)
    except subprocess.TimeoutExpired:
        return "wrong"
    if done.returncode == 0:
        return "right"
    return "broken" if "SyntaxError" in done.stderr or "IndentationError" in done.stderr else "wrong"


def messages(edit: ToyEdit, wording: str) -> list[dict[str, str]]:
    system, other, user = WORDINGS[wording]
    filled = user.format(language=edit.language, code=edit.code, instruction=edit.instruction, path=edit.path)
    if edit.context:
        place, _, text = edit.context.partition("\n")
        filled = f"{other.format(place=place)}```{edit.language}\n{text}```\n\n{filled}"
    start = [{"role": "system", "content": system}] if system else []
    return [*start, {"role": "user", "content": filled}]


def attempt(
    client: httpx.Client, server: Running, edit: ToyEdit, wording: str, *, speculate: bool, show: bool
) -> Outcome:
    begun = time.perf_counter()
    answer = client.post(
        f"{server.base_url}/chat/completions",
        headers={"Authorization": f"Bearer {server.api_key}"},
        json={
            "model": server.model,
            "messages": messages(edit, wording),
            "temperature": 0,
            "max_tokens": 600,
            "seed": 1,
        },
        timeout=300,
    )
    seconds = time.perf_counter() - begun
    body = answer.raise_for_status().json()
    timings, reply = body["timings"], body["choices"][0]["message"]["content"]
    result = judge(edit, reply)
    if show and result != "right":
        print(f"--- {server.model} {wording} {edit.name}: {result}\n{reply}\n---", file=sys.stderr)
    return Outcome(
        model=server.model,
        wording=wording,
        speculate=speculate,
        edit=edit.name,
        result=result,
        prompt_tokens=body["usage"]["prompt_tokens"],
        cached_tokens=timings["cache_n"],
        output_tokens=timings["predicted_n"],
        prefill=timings["prompt_per_second"],
        decode=timings["predicted_per_second"],
        seconds=seconds,
    )


async def measured(model: str, wordings: list[str], *, speculate: bool, show: bool) -> tuple[float, list[Outcome]]:
    with tempfile.TemporaryDirectory() as state:
        begun = time.perf_counter()
        server = await ensure_server(
            model, state_dir=Path(state), cache_dir=cache_folder(), speculate=speculate, name="b", idle_seconds=60.0
        )
        assert not isinstance(server, StartFailed), str(server)
        healthy = time.perf_counter() - begun
        with httpx.Client(trust_env=False) as client:
            outcomes = [
                attempt(client, server, edit, wording, speculate=speculate, show=show)
                for wording in wordings
                for edit in EDITS
            ]
        await stop_server(Path(state), "b")
    return healthy, outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", choices=sorted(MODELS))
    parser.add_argument("--wording", action="append", choices=sorted(WORDINGS))
    parser.add_argument("--plain", action="store_true", help="without speculation as well")
    parser.add_argument("--show", action="store_true", help="print the replies that were not right")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rows: list[dict[str, object]] = []
    everything: list[Outcome] = []
    for model in chosen.model or sorted(MODELS):
        for speculate in (True, False) if chosen.plain else (True,):
            wordings = chosen.wording or sorted(WORDINGS)
            healthy, outcomes = asyncio.run(measured(model, wordings, speculate=speculate, show=chosen.show))
            everything += outcomes
            for wording in wordings:
                own = [outcome for outcome in outcomes if outcome.wording == wording]
                count = [outcome.result for outcome in own].count
                rows.append(
                    {
                        "model": model,
                        "wording": wording,
                        "speculation": speculate,
                        "healthy_s": round(healthy, 2),
                        "right": f"{count('right')}/{len(own)}",
                        "unchanged": count("unchanged"),
                        "broken": count("broken"),
                        "prefill_tok_s": round(median(outcome.prefill for outcome in own)),
                        "decode_tok_s": round(
                            sum(outcome.output_tokens for outcome in own)
                            / sum(outcome.output_tokens / outcome.decode for outcome in own),
                            1,
                        ),
                        "median_s": round(median(outcome.seconds for outcome in own), 2),
                    }
                )
                print("  ".join(f"{key}={value}" for key, value in rows[-1].items()), flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps({"rows": rows, "edits": [asdict(one) for one in everything]}, indent=1))


if __name__ == "__main__":
    main()
