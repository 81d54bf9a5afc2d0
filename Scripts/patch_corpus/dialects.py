"""The same edit in the words of each dialect, in the shapes that models and tools give it."""

import hashlib


class Hunk:
    """Lines as (sign, text), the sign one of ' ', '-', '+'; `start` is an index in the author's file."""

    def __init__(self, start, new_start, lines):
        self.start, self.new_start, self.lines = start, new_start, lines

    @property
    def old(self):
        return [text for sign, text in self.lines if sign != "+"]

    @property
    def new(self):
        return [text for sign, text in self.lines if sign != "-"]


def hunks(base, changes, context=3):
    """`context` is a number of lines, or one for above and one for below."""
    above, below = context if isinstance(context, tuple) else (context, context)
    texts, groups = base.texts, []
    for change in sorted(changes, key=lambda c: c.start):
        if groups and change.start - (groups[-1][-1].start + groups[-1][-1].count) <= above + below:
            groups[-1].append(change)
        else:
            groups.append([change])
    found, shift = [], 0
    for group in groups:
        at = start = max(0, group[0].start - above)
        lines, grown = [], 0
        for change in group:
            lines += [(" ", text) for text in texts[at:change.start]]
            lines += [("-", text) for text in texts[change.start:change.start + change.count]]
            lines += [("+", text) for text in change.new]
            at = change.start + change.count
            grown += len(change.new) - change.count
        lines += [(" ", text) for text in texts[at:at + below]]
        found.append(Hunk(start, start + shift, lines))
        shift += grown
    return found


def blob(content):
    data = content.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


NO_NEWLINE = "\\ No newline at end of file"


def _signed(hunk, base, new_final):
    """The hunk's lines as a diff writes them, with the remark about a missing newline where it belongs."""
    lines = [sign + text for sign, text in hunk.lines]
    reaches_end = hunk.start + len(hunk.old) == len(base.lines)
    if not reaches_end or (base.final and new_final):
        return lines
    olds = [i for i, (sign, _) in enumerate(hunk.lines) if sign != "+"]
    news = [i for i, (sign, _) in enumerate(hunk.lines) if sign != "-"]
    marks = set()
    if not base.final and olds:
        marks.add(olds[-1])
    if not new_final and news:
        marks.add(news[-1])
    if base.final != new_final and olds and news and olds[-1] == news[-1]:
        # The last line stays but for its end: a diff shows it as changed.
        text = lines[olds[-1]][1:]
        pair = ["-" + text] + ([NO_NEWLINE] if not base.final else []) + ["+" + text] + ([NO_NEWLINE] if not new_final else [])
        return lines[:olds[-1]] + pair
    return [out for i, line in enumerate(lines) for out in ([line, NO_NEWLINE] if i in marks else [line])]


def unified(base, changes, path, shape, random, context=3, new_final=None, hint="", result=""):
    new_final = base.final if new_final is None else new_final
    parts = []
    for hunk in hunks(base, changes, context):
        old, new = len(hunk.old), len(hunk.new)
        # Of an empty side the line before it is named.
        first = hunk.start + (1 if old else 0)
        second = hunk.new_start + (1 if new else 0)
        if shape == "wrong-numbers":
            first, second = max(1, first + random.choice([-9, -4, 5, 17, 230])), max(1, second + random.choice([-3, 8, 40]))
        if shape == "wrong-counts":
            old, new = max(1, old + random.choice([-2, -1, 2, 3])), new + random.choice([1, 2, 4])
        head = f"@@ -{first},{old} +{second},{new} @@"
        if shape == "no-numbers":
            head = "@@ @@"
        elif shape == "ellipsis":
            head = "@@ ... @@"
        elif shape == "lone-marks":
            head = "@@"
        elif shape == "no-counts":
            head = f"@@ -{first} +{second} @@"
        lines = _signed(hunk, base, new_final)
        if shape == "stripped":
            lines = [line.rstrip() if line[:1] == " " and not line.strip() else line for line in lines]
        if shape != "no-header":
            parts.append(head + (f" {hint}" if hint else ""))
        parts += lines
    if shape == "git":
        names = [f"diff --git a/{path} b/{path}", f"index {blob(base.content())}..{blob(result)} 100644", f"--- a/{path}", f"+++ b/{path}"]
    elif shape == "short-git":
        names = [f"diff --git a/{path} b/{path}", f"--- a/{path}", f"+++ b/{path}"]
    elif shape == "no-names":
        names = []
    elif shape == "no-prefix":
        names = [f"--- {path}", f"+++ {path}"]
    elif shape == "dates":
        names = [f"--- {path}\t2026-03-01 10:00:00.000000000 +0000", f"+++ {path}\t2026-03-01 10:05:00.000000000 +0000"]
    else:
        names = [f"--- a/{path}", f"+++ b/{path}"]
    text = "\n".join(names + parts) + "\n"
    if shape == "fenced":
        return f"Here is the fix:\n\n```diff\n{text}```\n\nIt asks for the value once.\n"
    if shape == "prose":
        return f"The lookup reads the wrong row. I changed that line only.\n\n{text}\nLet me know whether the tests pass.\n"
    if shape == "crlf":
        return text.replace("\n", "\r\n")
    if shape == "unended":
        return text[:-1]
    return text


UNIFIED = (
    "git short-git plain no-names no-prefix dates wrong-numbers wrong-counts no-counts no-numbers ellipsis lone-marks no-header "
    "stripped fenced prose crlf unended").split()


def codex(base, changes, path, shape, context=3, anchor=""):
    lines = ["*** Begin Patch", f"*** Update File: {path}"]
    for hunk in hunks(base, changes, context):
        lines.append(f"@@ {anchor}" if anchor else "@@")
        lines += [sign + text for sign, text in hunk.lines]
        if shape == "eof" and hunk.start + len(hunk.old) == len(base.lines):
            lines.append("*** End of File")
    lines.append("*** End Patch")
    text = "\n".join(lines) + "\n"
    if shape == "heredoc":
        return f"apply_patch <<'EOF'\n{text}EOF\n"
    if shape == "fenced":
        return f"```\n{text}```\n"
    if shape == "crlf":
        return text.replace("\n", "\r\n")
    return text


CODEX = "plain heredoc fenced crlf".split()


def search_replace(base, changes, path, shape, context=3):
    text = ""
    for hunk in hunks(base, changes, context):
        block = "\n".join(["<<<<<<< SEARCH", *hunk.old, "=======", *hunk.new, ">>>>>>> REPLACE"])
        if shape == "plain":
            text += f"{path}\n{block}\n"
        elif shape == "nameless":
            text += f"{block}\n"
        elif shape == "fence-around":
            text += f"```\n{path}\n{block}\n```\n\n"
        else:
            text += f"{path}\n```\n{block}\n```\n\n"
    return text.replace("\n", "\r\n") if shape == "crlf" else text


SEARCH = "plain nameless fenced fence-around crlf".split()


def whole(result, shape, fence="```"):
    """`result` is the file as the author wants it."""
    if shape == "fenced":
        return f"{fence}\n{result}{fence}\n"
    return result
