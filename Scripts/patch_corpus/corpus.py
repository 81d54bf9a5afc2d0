"""The list of cases, and how it is written down."""

import difflib
import hashlib
import json
import random

import dialects
from model import Conflict, File, edited, merged

SEED = "codex-deployer corpus 1"


def randomness(name):
    """The same numbers for the same name, whatever else is made."""
    return random.Random(f"{SEED}/{name}")


APPLIED, REJECTED, ALREADY, CANDIDATES = "applied", "rejected", "already-applied", "candidates"
EITHER = (APPLIED, REJECTED)


def split(text):
    """Lines with their ends; only LF ends a line."""
    return text.splitlines(keepends=True) if not set(text) & set("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029") else _split(text)


def _split(text):
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return lines + ([parts[-1]] if parts[-1] else [])


def splices(old, new):
    """How `new` differs from `old`: [first line from 0, lines removed, text put there]."""
    a, b = split(old), split(new)
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    found = [[i, j - i, "".join(b[k:l])] for tag, i, j, k, l in matcher.get_opcodes() if tag != "equal"]
    lines = list(a)
    for start, count, text in reversed(found):
        lines[start:start + count] = [text]
    assert "".join(lines) == new
    return found


class Corpus:
    def __init__(self):
        self.files, self.cases, self.counts = {}, [], {}

    def keep(self, text):
        name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
        self.files[name] = text
        return name

    def add(
        self, danger, language, drift, dialect, shape, *, base, today, patch, wanted, allows, path, reasons=(), knows_base=False,
        anchor=None, encoding="utf-8", rule=None, note=None, also=(),
    ):
        """`base`, `today` and `wanted` are contents, None where there is no file; `also` are other right contents."""
        allows = (allows,) if isinstance(allows, str) else tuple(allows)
        reasons = (reasons,) if isinstance(reasons, str) else tuple(reasons)
        assert not (REJECTED in allows and allows == (REJECTED,)) or reasons, (danger, drift)
        assert not (knows_base and base is None)
        number = self.counts[danger] = self.counts.get(danger, 0) + 1
        case = {
            "id": f"{danger}-{number:02}", "danger": danger, "language": language, "drift": drift, "dialect": dialect,
            "shape": shape, "path": path, "allows": list(allows),
        }
        if reasons:
            case["reasons"] = list(reasons)
        if knows_base:
            case["knowsBase"] = True
        if anchor:
            case["anchor"] = anchor
        if encoding != "utf-8":
            case["encoding"] = encoding
        if note:
            case["note"] = note
        if rule:
            case["rule"] = rule
        elif base is not None:
            case["base"] = self.keep(base)
        start = base or ""
        if today is not None:
            case["today"] = splices(start, today)
        if set(allows) & {APPLIED, CANDIDATES}:
            # Absent: the file is to be gone.
            if wanted is not None:
                case["wanted"] = splices(start, wanted)
            if also:
                case["also"] = [splices(start, other) for other in also]
        case["patch"] = patch
        self.cases.append(case)

    def write(self, folder):
        def lines(items):
            return "".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n" for item in items)

        with open(f"{folder}/files.jsonl", "w", encoding="utf-8", newline="") as file:
            file.write(lines({"name": name, "text": self.files[name]} for name in sorted(self.files)))
        with open(f"{folder}/cases.jsonl", "w", encoding="utf-8", newline="") as file:
            file.write(lines(self.cases))


class Probe:
    """One edit and one drift, to be dressed in several dialects."""

    def __init__(self, corpus, danger, language, drift, base, today, changes, path, random, **more):
        self.corpus, self.danger, self.language, self.drift = corpus, danger, language, drift
        self.base, self.today, self.changes, self.path, self.random = base, today, changes, path, random
        self.context = more.get("context", 3)
        self.hint, self.note = more.get("hint", ""), more.get("note")
        self.encoding = more.get("encoding", "utf-8")
        # Where the drift lays out every line anew: how a new line would look in it.
        translate = more.get("translate", lambda text: text)
        self.result = edited(base, changes)
        if "wanted" in more:
            self.wanted = more["wanted"]
        else:
            try:
                self.wanted = merged(base, changes, today, translate).content()
            except Conflict:
                self.wanted = None

    def ask(
        self, dialect, shape, allows=APPLIED, reasons=(), knows_base=False, quoted=None, changes=None, note=None, context=None,
        also=(),
    ):
        """`quoted`, `changes`: lines as the patch's author wrote them, where that is not how they were."""
        if dialect == "snippet" and reasons:
            # "Give text that stands there once" is an answer as good.
            reasons = ((reasons,) if isinstance(reasons, str) else tuple(reasons)) + ("needs-anchor",)
        patch, anchor = self.dress(dialect, shape, quoted or self.base, self.context if context is None else context, changes or self.changes)
        assert self.wanted is not None or not {APPLIED, CANDIDATES} & set([allows] if isinstance(allows, str) else allows)
        self.corpus.add(
            self.danger, self.language, self.drift, dialect, shape, base=self.base.content(), today=self.today.content(),
            patch=patch, wanted=self.wanted, allows=allows, reasons=reasons, path=self.path, knows_base=knows_base,
            anchor=anchor, encoding=self.encoding, note=note or self.note, also=also)

    def dress(self, dialect, shape, quoted, context, changes):
        if dialect == "unified":
            hint = self.hint if shape == "hint" else ""
            return dialects.unified(
                quoted, changes, self.path, shape, self.random, context=context, hint=hint,
                new_final=self.result.final, result=self.result.content()), None
        if dialect == "codex":
            anchor = self.hint if shape == "anchored" else ""
            return dialects.codex(quoted, changes, self.path, shape, context, anchor), None
        if dialect == "search":
            return dialects.search_replace(quoted, changes, self.path, shape, context), None
        if dialect == "whole":
            return dialects.whole(self.result.content(), shape), None
        assert dialect == "snippet" and len(changes) == 1
        change = changes[0]
        new = "\n".join(change.new) + "\n"
        if shape == "line":
            return new, {"line": change.start + 1}
        if shape == "replace":
            if change.count:
                return new, {"replace": "\n".join(quoted.texts[change.start:change.start + change.count])}
            before = quoted.texts[change.start - 1]
            return before + "\n" + new, {"replace": before}
        return new, None
