"""python -m timesheet SHEET"""

import sys
from pathlib import Path

from timesheet.entries import EntryError, parse_sheet
from timesheet.report import render


def main(arguments: list[str]) -> int:
    """Print the report of a sheet; returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m timesheet SHEET", file=sys.stderr)
        return 2
    try:
        entries = parse_sheet(Path(arguments[0]).read_text(encoding="utf-8"))
    except (OSError, EntryError) as error:
        print(f"timesheet: {error}", file=sys.stderr)
        return 1
    print(render(entries))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
