# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Environment files: what Compose would read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.envfile import fill, quote, references, render


def compose_reads(quoted: str) -> str:
    """The reader of compose-go's dotenv package, for one quoted value."""
    mark, out, at = quoted[0], [], 1
    while quoted[at] != mark:
        if quoted[at] != "\\":
            out.append(quoted[at])
        elif quoted[at + 1] == mark or (mark == '"' and quoted[at + 1] == "\\"):
            at += 1
            out.append(quoted[at])
        else:
            out.append("\\")
        at += 1
    assert at == len(quoted) - 1, "text after the closing quote"
    text = "".join(out)
    return text.replace("$$", "$") if mark == '"' else text


# Each of these was read back by Docker Compose 2.26 from a container's environment.
READ_BACK = [
    ("pl$ain", "'pl$ain'"),
    ("it's", "'it\\'s'"),
    ("a\\b", "'a\\b'"),
    ('q"q', "'q\"q'"),
    ("${X} $Y $$", "'${X} $Y $$'"),
    (" sp # x", "' sp # x'"),
    ("l1\nl2", "'l1\nl2'"),
    ("\\n", "'\\n'"),
    ("end\\", '"end\\\\"'),
    ("bs\\'q", '"bs\\\\\'q"'),
    ("\\$x\\", '"\\\\$$x\\\\"'),
    ("a\\\\b", '"a\\\\\\\\b"'),
    ("\\$'\\\\'\"", '"\\\\$$\'\\\\\\\\\'\\""'),
]


@pytest.mark.parametrize(("value", "quoted"), READ_BACK)
def test_quote(value: str, quoted: str) -> None:
    assert quote(value) == quoted


@given(st.text(alphabet=st.sampled_from("\\'\"$ {}#\nan="), max_size=12))
def test_every_value_is_read_back(value: str) -> None:
    assert compose_reads(quote(value)) == value


@pytest.mark.parametrize("value", ["a\0b", "a\rb"])
def test_what_cannot_be_written_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ValueError, match="the value of A holds") as error:
        render({"A": value})
    assert value not in str(error.value)


def test_templates() -> None:
    template = "postgres://u:${secret:app}@h/${secret:app}/${OTHER}"
    assert references(template) == {"app"}
    assert fill(template, {"app": "\\1$"}) == "postgres://u:\\1$@h/\\1$/${OTHER}"
    with pytest.raises(KeyError):
        fill(template, {})
