"""Only the final answer counts, however a model marks what comes before it."""

import pytest

from darner_server.patch import Edit, Parser, apply_reply

DRAFT = "limits.py\n```python\n<<<<<<< SEARCH\nRETRIES = 3\n=======\nRETRIES = 30\n>>>>>>> REPLACE\n```\n"
ANSWER = "limits.py\n```python\n<<<<<<< SEARCH\nTIMEOUT = 10\n=======\nTIMEOUT = 60\n>>>>>>> REPLACE\n```\n"
FILES = {"limits.py": "RETRIES = 3\nTIMEOUT = 10\n"}
RIGHT = {"limits.py": "RETRIES = 3\nTIMEOUT = 60\n"}


@pytest.mark.parametrize(
    "marks",
    [
        ("<think>\n", "</think>\n"), ("<thinking>\n", "</thinking>\n\n"), ("<thought>", "</thought>\n"), ("<THINK>\n", "</THINK>\n"), ("Sure. <think>\n", "</think>\n"),
        ("<reasoning>\n", "</reasoning>\n"), ("<analysis>\n", "</analysis>\n"), ("<scratchpad>\n", "</scratchpad>\n"), ("<reflection>\n", "</reflection>\n"),
        ("[THINK]", "[/THINK]"), ("◁think▷", "◁/think▷"), ("<seed:think>", "</seed:think>"), ("<|begin_of_thought|>\n", "<|end_of_thought|>\n"),
        ("<|START_THINKING|>", "<|END_THINKING|>"), ("<think>\n", "</think>"), ('<think type="deep">\n', "</think>\n"), ("<plan>\n", "</plan>\n"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        ("<|start|>assistant<|channel|>analysis<|message|>We need\n", "\n<|end|>\n<|start|>assistant<|channel|>final<|message|>"),
        ("The user wants a longer timeout.\n", "</think>\n"), ("The user wants\n\n", "No.\n</think>\n\n"), ("Okay, so\n", "Let me do that.</think>"),
        ("Hmm.\n", "</thinking>\n"), ("Hmm.\n", "</thought>\n"), ("Hmm.\n", "[/THINK]\n"), ("Hmm.\n", "◁/think▷"), ("Let me see\n", "</seed:think>\n"),
        ("analysisWe need a longer timeout.\n", "assistantfinal"), ("analysisWe need\n", "No, only the timeout.assistantfinal\n"),
        ("We should\n", "<|end|><|start|>assistant<|channel|>final<|message|>"), ("A first try:\n", "\nNo.\n\n**Final answer**\n\n"), ("Let me try.\n\n", "\n### Final answer:\n"),
        ("analysisWe need\n", "assistantcommentary to=functions.apply_patchOk.assistantfinal"),
        ("Let me think.\n\n", "\n</think>\n"), ("So `app.py`:\n", "</think>"), ("1. Look at app.py\n2. Change b\n\n", "</think>\n\n"), ("### Plan\n", "</think>\n"),
        ("**Thinking**\n", "</thinking>\n"), ("app.py has b. Hmm.\n\n", "</think>\n"), ("```\nsome code\n```\nmaybe\n", "</think>\n"),
        ("I need to edit app.py.\n\n", "<|end|>\n<|start|>assistant<|channel|>final<|message|>"), ("analysis: need edit\n", "assistantfinal\n"),
        ("<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>commentary<|message|>I'll do\n", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        ("<think>\n<think>\nx\n", "</think>\n"), ("<THINK>", "</Think>\n"), ("<thinking>\n", "</thinking>\n<answer>\n"), ("<|thinking|>\n", "<|/thinking|>\n"),
        ("<|think|>\n", "<|/think|>\n"), ("{thinking}\n", "{/thinking}\n"), ("<think>\n", "</think>\n\n---\n\n"),
        ("<internal_thoughts>\n", "</internal_thoughts>\n"), ("<chain_of_thought>\n", "</chain_of_thought>\n"), ("<cot>\n", "</cot>\n"),
        ("<reason>\n", "</reason>\n"), ("<think_off>\n", "</think_off>\n"), ("Thinking...\n", "...done thinking.\n\n"), ("<!-- thinking\n", "-->\n"),
        ("<details><summary>Thinking</summary>\n", "</details>\n"), ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
        ("<\uff5cbegin▁of▁thinking\uff5c>", "<\uff5cend▁of▁thinking\uff5c>"), ("◁think▷\n", "◁/think▷\n"), ("<thought_process>\n", "</thought_process>\n"),
        ("<monologue>\n", "</monologue>\n"), ("<ant_thinking>\n", "</ant_thinking>\n"), ("<antThinking>", "</antThinking>\n"),
        ("<unused94>thought\n", "<unused95>"), ("[THINKING]\n", "[/THINKING]\n"), ("[REASONING]\n", "[/REASONING]\n"),
        ("<reasoning_content>\n", "</reasoning_content>\n"), ("<self_reflection>\n", "</self_reflection>\n"), ("<draft>\n", "</draft>\n"),
        ("<drafting>\n", "</drafting>\n"), ("<brainstorming>\n", "</brainstorming>\n"), ("<analysis>\n", "</analysis>\n<final>\n"),
        ("<think>\n", "</think>\n<answer>\n"), ("<thought>\nx\n</thought>\n<think>\n", "</think>\n"),
    ],
)  # fmt: skip
def test_a_draft_is_no_edit(marks: tuple[str, str]) -> None:
    first, last = marks
    for draft in (
        DRAFT,
        DRAFT.replace("limits.py\n", "Maybe `limits.py`:\n"),
        "limits.py\n```\nRETRIES = 1\n```\n",
        "print(1)\n",
        "I open `</think>` later.\n",
    ):
        if "final answer" in last.lower() and "RETRIES" not in draft:
            continue
        applied = apply_reply(first + draft + last + ANSWER, FILES, target="limits.py")
        assert (applied.refused, applied.files) == ((), RIGHT), draft
        assert [each.path for each in read(first + draft + last + ANSWER)] == ["limits.py"]


def read(reply: str, size: int = 1) -> list[Edit]:
    parser = Parser()
    found = [edit for at in range(0, len(reply), size) for edit in parser.feed(reply[at : at + size])]
    return [*found, *parser.close()]


@pytest.mark.parametrize(
    "end", ["</think>\nDone.\n", "assistantfinalnew.py is not needed.\n", "</thought>I would not change it.\n"]
)
def test_drafts_without_an_answer_change_nothing(end: str) -> None:
    applied = apply_reply("The user wants more.\n" + DRAFT + end, FILES, target="limits.py")
    assert applied.files == FILES
    assert applied.refused != ()


@pytest.mark.parametrize(
    "reply", ["<think>\n" + DRAFT, "<think>\nlimits.py\n```\nx = 1\n```\n", "[THINK]x = 1\n", "<think>\n\n" + ANSWER]
)
def test_reasoning_that_does_not_end(reply: str) -> None:
    applied = apply_reply(reply, FILES, target="limits.py")
    assert applied.files == FILES
    assert applied.refused[0].kind == "cut-off"


@pytest.mark.parametrize("end", ["</think>\n", "assistantfinal", "No.\n</think>"])
def test_edits_that_are_out_already_are_not_passed_over(end: str) -> None:
    applied = apply_reply(DRAFT + end + ANSWER, FILES)
    assert applied.files == FILES
    assert applied.refused[0].kind == "late"


@pytest.mark.parametrize(
    "text",
    [
        "a </think> b",
        "<think>",
        "</think>",
        "[THINK]",
        "<|channel|>final<|message|>",
        "assistantfinal",
        "<plan>",
        "◁think▷",
    ],
)
def test_marks_in_a_block_are_its_text(text: str) -> None:
    for before in ("", "<think>\nx\n</think>\n"):
        reply = f"{before}limits.py\n```\n<<<<<<< SEARCH\nTIMEOUT = 10\n=======\n{text}\n>>>>>>> REPLACE\n```\n"
        applied = apply_reply(reply, FILES)
        assert applied.files == {"limits.py": f"RETRIES = 3\n{text}\n"}


def test_a_final_answer_that_leaves_an_edit_out() -> None:
    reply = "I would do\n\n" + ANSWER.replace("limits", "other") + "\nFinal answer:\n\n" + ANSWER
    files = {**FILES, "other.py": "TIMEOUT = 10\n"}
    applied = apply_reply(reply, files)
    assert applied.files == files
    assert applied.refused[0].kind == "unclear-answer"


def test_edits_behind_one_sentence_come_at_once() -> None:
    parser = Parser()
    assert len(parser.feed("Sure, here it is:\n\n" + ANSWER)) == 1


@pytest.mark.parametrize(
    "before",
    [
        "The timeout is short. I make it longer:", "I'll raise the timeout in `limits.py`.", "To fix this, the timeout grows.\n\nHere is the change:", "Das Timeout wird verl\u00e4ngert:",
        "I've found the problem: the timeout is too short. Here's the fix:", "\u6211\u4f1a\u628a\u8d85\u65f6\u6539\u957f\uff1a", "### Changes\n\nThe timeout is now a minute.", "Voici la modification :",
        "Looking at the code, the timeout is the issue. I'll update it to 60 seconds.", "**Timeout**: longer now.",
    ],
)  # fmt: skip
def test_edits_behind_prose_come_while_the_model_writes(before: str) -> None:
    parser = Parser()
    assert len(parser.feed(f"{before}\n\n{ANSWER}")) == 1
    assert parser.close() == ()


@pytest.mark.parametrize(
    "before",
    [
        "Okay, the user wants a longer timeout.", "Hmm.", "Let me think about the timeout.", "We need a longer timeout.", "I could change the retries.", "Maybe the retries?",
        "Wait, the retries matter too.", "Should I change the retries?", "So the timeout must grow.", "analysisThe timeout", "\u7528\u6237\u60f3\u8981", "The timeout is short. " * 40,
    ],
)  # fmt: skip
def test_edits_behind_what_reads_like_thinking_wait(before: str) -> None:
    parser = Parser()
    assert parser.feed(f"{before}\n\n{ANSWER}") == ()
    assert len(parser.close(cut_off=True)) == 1


@pytest.mark.parametrize(
    "end",
    [
        "</think>\n",
        "No.\n</thinking>\n",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        "\n**Final answer**\n\n",
    ],
)
def test_a_draft_that_is_out_already_is_told(end: str) -> None:
    """Where the whole reply is known it is forgotten; of a streamed one, the rest is refused with the reason."""
    reply = "The timeout is short.\n\n" + DRAFT + end + ANSWER
    applied = apply_reply(reply, FILES, target="limits.py")
    assert (applied.refused, applied.files) == ((), RIGHT)
    draft, told, *answer = read(reply)
    assert draft.before == "RETRIES = 3\n"
    assert told.problem is not None
    assert told.problem.kind == "late"
    assert len(answer) == 1


def test_second_thoughts_hold_what_follows_them() -> None:
    parser = Parser()
    assert len(parser.feed("The retries are few.\n\n" + DRAFT)) == 1
    assert parser.feed("Hmm, wait. Only the timeout was asked for.\n\n" + ANSWER) == ()
    assert len(parser.close()) == 1
