"""A policy that allows what `everything` does, with every request read and judged.

    dockgate operations --json | judged.py >policy.yaml

Every operation is granted by name, every word and parameter of it as `any`. What a
client does under it goes through the tables, and must come to the same.
"""

import json
import sys


def grant(row):
    words = [*row["facets"], *(f"query.{name}" for name in row["query"])]
    limits = ", ".join(f"{word}: any" for word in words)
    return f"      - {row['name']}" + (f": {{ {limits} }}" if limits else "")


rows = json.load(sys.stdin)
print("version: 1\nroles:\n  judged:\n    who: anyone\n    may:")
print("\n".join(map(grant, rows)))
