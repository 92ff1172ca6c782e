"""Reads a PDF as people do: its words, without where they stand."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader

# What a template may put into long words so that they can break.
BREAK = "\u200b"


@dataclass(frozen=True)
class Paper:
    text: str
    title: str
    language: str
    pages: int
    width: int

    def says(self, words: str) -> bool:
        """Whether the words stand there, wherever a line breaks between them."""
        return " ".join(words.split()) in " ".join(self.text.split())


def read(content: bytes) -> Paper:
    reader = PdfReader(io.BytesIO(content))
    root: Any = reader.trailer["/Root"]
    information = reader.metadata
    return Paper(
        text="\n".join(page.extract_text() for page in reader.pages).replace(BREAK, ""),
        title=(information and information.title) or "",
        language=root.get("/Lang", ""),
        pages=len(reader.pages),
        width=round(float(reader.pages[0].mediabox.width)),
    )
