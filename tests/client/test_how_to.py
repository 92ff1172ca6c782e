"""The guide for Python does what it says, block after block, at a served application (docs/how-to)."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import arledger_client
from arledger_client.signing import SIGNATURE

from arledger.api.sending import signature
from arledger.core.clock import now
from tests.client.desk import Desk

ROOT = Path(__file__).parent.parent.parent
GUIDE = ROOT / "docs/how-to/python.md"


def blocks(file: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", file.read_text(), re.DOTALL)


def test_the_blocks_of_the_guide_run_one_after_the_other(desk: Desk) -> None:
    made: list[Desk] = []

    def client(base_url: str, token: str) -> Desk:
        assert (base_url, token) == ("https://books.example.com", "arl_…")
        made.append(desk)
        return desk

    names: dict[str, Any] = {}
    code = blocks(GUIDE)
    assert len(code) == 10
    for place, block in enumerate(code):
        text = block.replace("from arledger_client import Arledger\n", "")
        names["Arledger"] = client
        exec(compile(text, f"{GUIDE.name}, block {place + 1}", "exec"), names)
    assert made == [desk]
    body = b'{"id": "evt_1", "type": "x", "objects": [], "data": {}, "created_at": "2026-03-15T12:00:00Z"}'
    headers = {SIGNATURE: signature(["new", "old"], body, now())}
    assert abs(time.time() - now().timestamp()) < 60
    for secrets, status in ((["old"], 204), (["other", "new"], 204), (["other"], 400)):
        assert names["received"](headers, body, secrets) == status


def test_the_guides_name_what_there_is() -> None:
    for file in (GUIDE, ROOT / "clients/python/README.md"):
        for name in re.findall(r"^from arledger_client import (.+)$", file.read_text(), re.MULTILINE):
            assert all(hasattr(arledger_client, one.strip()) for one in name.split(",")), name
    assert "docs/how-to/python.md" in (ROOT / "README.md").read_text()
    assert (ROOT / "clients/python" / "../../docs/how-to/python.md").resolve() == GUIDE
