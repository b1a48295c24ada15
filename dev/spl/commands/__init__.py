"""The commands that the runner knows, each with its page of the Search Reference and the syntax of its arguments.
A test fails for one that no shipped search or view uses, or that has no case.
"""

from __future__ import annotations

from dev.spl.commands import external, extraction, filtering, shaping, statistics, tables
from dev.spl.table import Command

_REFERENCE = "Search Reference: "

COMMANDS: dict[str, Command] = {
    "addinfo": Command(_REFERENCE + "addinfo", "arguments", extraction.addinfo),
    "append": Command(_REFERENCE + "append", "arguments", tables.append),
    "chart": Command(_REFERENCE + "chart", "aggregation", statistics.chart),
    "convert": Command(_REFERENCE + "convert", "arguments", shaping.convert),
    "dedup": Command(_REFERENCE + "dedup", "arguments", filtering.dedup),
    "eval": Command(_REFERENCE + "eval", "assignments", shaping.evaluate),
    "eventstats": Command(_REFERENCE + "eventstats", "aggregation", statistics.eventstats),
    "fields": Command(_REFERENCE + "fields", "arguments", shaping.fields),
    "fillnull": Command(_REFERENCE + "fillnull", "arguments", shaping.fillnull),
    "head": Command(_REFERENCE + "head", "arguments", filtering.head),
    "inputlookup": Command(_REFERENCE + "inputlookup", "arguments", tables.inputlookup, generating=True),
    "kmspolicycheck": Command("default/searchbnf.conf: kmspolicycheck-command", "arguments", external.kmspolicycheck),
    "lookup": Command(_REFERENCE + "lookup", "arguments", tables.lookup),
    "makeresults": Command(_REFERENCE + "makeresults", "arguments", tables.makeresults, generating=True),
    "mvexpand": Command(_REFERENCE + "mvexpand", "arguments", shaping.mvexpand),
    "outputlookup": Command(_REFERENCE + "outputlookup", "arguments", tables.outputlookup),
    "regex": Command(_REFERENCE + "regex", "arguments", filtering.regex),
    "rename": Command(_REFERENCE + "rename", "arguments", shaping.rename),
    "rest": Command(_REFERENCE + "rest", "arguments", tables.rest, generating=True),
    "search": Command(_REFERENCE + "search", "filter", filtering.search),
    "sort": Command(_REFERENCE + "sort", "arguments", shaping.sort),
    "spath": Command(_REFERENCE + "spath", "arguments", extraction.spath),
    "stats": Command(_REFERENCE + "stats", "aggregation", statistics.stats),
    "streamstats": Command(_REFERENCE + "streamstats", "aggregation", statistics.streamstats),
    "table": Command(_REFERENCE + "table", "arguments", shaping.table),
    "timechart": Command(_REFERENCE + "timechart", "aggregation", statistics.timechart),
    "transpose": Command(_REFERENCE + "transpose", "arguments", tables.transpose),
    "where": Command(_REFERENCE + "where", "condition", filtering.where),
}

ELSEWHERE = {"from": "`from` reads a data model: only Splunk Enterprise Security can run this search"}
"""Commands of shipped searches that cannot be run here, and why."""
