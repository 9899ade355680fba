"""Writes the files that a generator printed as JSON under oracle/oracle.mjs: unpack.py OUTDIR < oracle output."""

import json
import sys
from pathlib import Path

result = json.loads(sys.stdin.read())
if result["exit"]:
    sys.exit(result["stderr"])
for name, content in json.loads(result["stdout"]).items():
    path = Path(sys.argv[1]) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content.rstrip("\n") + "\n", encoding="utf-8")
