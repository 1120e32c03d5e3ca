"""`handeye doctor`: is everything here that a run needs?"""

from __future__ import annotations

from typing import Annotated

import typer


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check this machine: packages, accelerator, adb and devices, display. Exits with 3 if something is missing."""
    import sys
    from dataclasses import asdict

    from agent.cli import terminal
    from agent.doctor import examine

    findings = list(examine())
    if as_json:
        print(terminal.as_json([asdict(f) for f in findings]))
    else:
        color = {"ok": "green", "note": "yellow", "missing": "red"}
        for finding in findings:
            state = terminal.paint(f"{finding.state:<8}", color[finding.state], sys.stdout)
            print(f"{state}{terminal.clean(finding.what)}")
            if finding.remedy:
                print(f"{'':<8}  try: {terminal.clean(finding.remedy)}")
    raise typer.Exit(3 if any(f.state == "missing" for f in findings) else 0)
