"""Token counts over the text files of a folder: ours beside another implementation's, and how far estimates are off.

    python bench/tokenizers.py FOLDER [FOLDER …]

Prints the number of files whose counts differ, by vocabulary, and the lowest, highest and summed error of estimates.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import splintr

from darner_context.text.tokenizer import Tokenizer, tokenizer

# (ours, the same in splintr, or the vocabulary that the estimate stands for)
EXACT = {"qwen": "qwen3", "deepseek": "deepseek_v3", "o200k_base": "gpt-oss", "cl100k_base": "cl100k_base"}
ESTIMATES = (
    ("estimate", ("qwen3", "deepseek_v3", "llama3", "glm4", "mistral_v3", "kimi_k2", "phi4", "olmo2")),
    ("gemma", ("gemma3",)),
    ("sentencepiece", ("codellama", "mistral_v1")),
)
SMALLEST = 500  # tokens of a file on which an estimate is judged
LARGEST = 200_000  # bytes


def texts(folders: list[str]) -> Iterator[str]:
    """The text files of the folders, largest ones left out."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and 0 < path.stat().st_size <= LARGEST and ".git" not in path.parts:
                try:
                    yield path.read_bytes().decode("utf-8")
                except UnicodeDecodeError:
                    continue


def counts(counter: Tokenizer, files: list[str]) -> tuple[list[int], float]:
    """The count of each file, and million characters a second."""
    begin = time.perf_counter()
    found = [counter.count(text) for text in files]
    return found, sum(map(len, files)) / 1e6 / (time.perf_counter() - begin)


def main() -> None:
    """Compare on the folders that are named."""
    files = list(texts(sys.argv[1:]))
    if not files:
        raise SystemExit(__doc__)
    print(f"{len(files)} files, {sum(map(len, files)):,} characters")
    for ours, theirs in EXACT.items():
        other = splintr.Tokenizer.from_pretrained(theirs)
        found, speed = counts(tokenizer(ours), files)
        differing = sum(mine != len(other.encode_ordinary(text)) for mine, text in zip(found, files, strict=True))
        print(f"{ours:14} {differing} files differ   {speed:.1f} M characters/s")
    for name, vocabularies in ESTIMATES:
        found, _ = counts(tokenizer(name), files)
        for vocabulary in vocabularies:
            other = splintr.Tokenizer.from_pretrained(vocabulary)
            pairs = [(mine, len(other.encode_ordinary(text))) for mine, text in zip(found, files, strict=True)]
            errors = sorted(mine / true - 1 for mine, true in pairs if true >= SMALLEST)
            total = sum(mine for mine, _ in pairs) / sum(true for _, true in pairs) - 1
            print(f"{name:14} for {vocabulary:12} lowest {errors[0]:+.3f}  highest {errors[-1]:+.3f}  sum {total:+.3f}")


if __name__ == "__main__":
    main()
