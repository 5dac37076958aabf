"""That Ctrl-C is answered at once in a block that reads, and afterwards by what answered it before."""

import asyncio
import signal

import pytest

from darner_server.interruptible_read import interruptible


async def test_an_event_loop_does_not_keep_the_interrupt_to_itself() -> None:
    def kept(_signal: int, _frame: object) -> None:
        answered.append("kept")

    answered: list[str] = []
    before = signal.signal(signal.SIGINT, kept)
    try:
        with pytest.raises(KeyboardInterrupt), interruptible():
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with interruptible():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert answered == ["kept"]
    await asyncio.sleep(0)
