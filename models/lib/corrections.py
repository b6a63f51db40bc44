"""
Comments that operators corrected: lines of `livecue corrections`, named by `--corrections FILE`. They are learned from
and never tested on; one that stands in a test is taken out like any other training text.
"""
import json
import sys
from pathlib import Path

NAME = "operators' corrections"
LICENCE = "the operator's own"


def corrected(label):
    """(text, what the operator said of it under `label`: intent, offensive or spam) of each line; nothing without a file."""
    if "--corrections" not in sys.argv[:-1]:
        return []
    path = Path(sys.argv[sys.argv.index("--corrections") + 1])
    try:
        lines = path.read_text("utf-8").split("\n")
    except OSError as error:
        raise SystemExit(f"reading corrections: {error}; name a file that `livecue corrections --out FILE` wrote") from error
    return [_read(line, label, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]


def _read(line, label, place):
    try:
        row = json.loads(line)
        text, said = row["text"], row[label]
    except (ValueError, KeyError, TypeError) as error:
        raise SystemExit(f'reading corrections: {place} is not {{"text": …, "{label}": …}} ({error})') from error
    return text, said
