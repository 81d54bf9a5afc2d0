#!/usr/bin/env python3
"""Reads .dia files with the toolchain's libclang, the reader that belongs to the format, and prints what it finds as
JSON: the answers that our own reader is compared with. Usage: read-dia.py LIBCLANG FILE..."""
import ctypes
import json
import os
import sys

P, U = ctypes.c_void_p, ctypes.c_uint


class String(ctypes.Structure):
    _fields_ = [("data", P), ("flags", U)]


class Location(ctypes.Structure):
    _fields_ = [("pointers", P * 2), ("data", U)]


class Range(ctypes.Structure):
    _fields_ = [("pointers", P * 2), ("begin", U), ("end", U)]


lib = ctypes.CDLL(sys.argv[1])


def function(name, result, *arguments):
    found = getattr(lib, name)
    found.restype, found.argtypes = result, arguments
    return found


load = function("clang_loadDiagnostics", P, ctypes.c_char_p, P, P)
count = function("clang_getNumDiagnosticsInSet", U, P)
item = function("clang_getDiagnosticInSet", P, P, U)
children = function("clang_getChildDiagnostics", P, P)
severity = function("clang_getDiagnosticSeverity", U, P)
spelling = function("clang_getDiagnosticSpelling", String, P)
category = function("clang_getDiagnosticCategoryText", String, P)
place = function("clang_getDiagnosticLocation", Location, P)
fix_count = function("clang_getDiagnosticNumFixIts", U, P)
fix = function("clang_getDiagnosticFixIt", String, P, U, ctypes.POINTER(Range))
start = function("clang_getRangeStart", Location, Range)
end = function("clang_getRangeEnd", Location, Range)
expand = function("clang_getSpellingLocation", None, Location, P, P, P, P)
file_name = function("clang_getFileName", String, P)
c_string = function("clang_getCString", ctypes.c_char_p, String)


def text(value):
    return (c_string(value) or b"").decode()


def spot(location):
    file, line, column, offset = P(), U(), U(), U()
    expand(location, *(ctypes.byref(x) for x in (file, line, column, offset)))
    return {"file": text(file_name(file)) if file.value else "", "line": line.value, "column": column.value}


def read(diagnostics):
    result = []
    for index in range(count(diagnostics)):
        one = item(diagnostics, index)
        fixes = []
        for number in range(fix_count(one)):
            where = Range()
            replacement = text(fix(one, number, ctypes.byref(where)))
            fixes.append({"start": spot(start(where)), "end": spot(end(where)), "text": replacement})
        below = children(one)
        result.append({
            "severity": severity(one), "message": text(spelling(one)), "category": text(category(one)),
            "place": spot(place(one)), "fixes": fixes, "notes": read(below) if below else []})
    return result


answer = {}
for path in sys.argv[2:]:
    error, message = U(), String()
    found = load(path.encode(), ctypes.byref(error), ctypes.byref(message))
    answer[os.path.basename(path)] = read(found) if found else None
json.dump(answer, sys.stdout, indent=1, sort_keys=True)
print()
