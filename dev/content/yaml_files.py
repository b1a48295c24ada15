"""What the YAML files of the publisher's builder, contentctl-ng 1.1.1, say: one function for each kind of content.
Source: the models of contentctl-ng (PyPI).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dev.content.builder import relative_time, search_text
from dev.content.detection import PREFIX, Detection
from dev.package import read_version
from dev.vendor import ROOT

AUTHOR = "The kmspolicycheck authors"
PRODUCTS = ["Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud"]
_FIRST_RELEASE = date(2026, 11, 24)
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "kmspolicycheck")


def build_file() -> dict[str, Any]:
    """build.yml: the app that the content belongs to."""
    version, manifest = read_version(), json.loads((ROOT / "app.manifest").read_text(encoding="utf-8"))["info"]
    return {
        "author": AUTHOR,
        "author_email": "",
        "id": version.name,
        "content_prefix": PREFIX.removesuffix(" - "),
        "label": manifest["title"],
        "description": manifest["description"],
        "app_version": version.version,
    }


def detection_file(detection: Detection) -> dict[str, Any]:
    """A file of detections/."""
    fields = _common("detection", detection.name, detection.description, detection.modified)
    fields |= {"id": detection.id, "version": int(detection.version)}
    if detection.version == "1":
        fields["creation_date"] = detection.modified
    fields |= {
        "status": "production",
        "type": detection.type,
        "data_source": sorted(detection.data_sources),
        "search": search_text(detection),
        "how_to_implement": detection.how_to_implement,
        "known_false_positives": detection.known_false_positives,
        "references": list(detection.references),
        "drilldown_searches": [
            {
                "name": one.name,
                "search": one.search.replace(f'| savedsearch "{detection.stanza}"', "%original_detection_search%"),
                "earliest_offset": one.earliest,
                "latest_offset": one.latest,
            }
            for one in detection.drilldowns
        ],
    }
    for entity in detection.finding:
        fields["finding"] = {
            "title": detection.title,
            "entity": {"field": entity.field, "type": entity.type, "score": entity.score},
        }
    if detection.entities:
        fields["intermediate_findings"] = {
            "entities": [
                {"field": one.field, "type": one.type, "score": one.score, "message": one.message}
                for one in detection.entities
            ]
        }
    if detection.threat_objects:
        fields["threat_objects"] = [{"field": one.field, "type": one.type} for one in detection.threat_objects]
    return fields | {
        "analytic_story": list(detection.stories),
        "asset_type": detection.asset_type,
        "mitre_attack_id": list(detection.techniques),
        "product": PRODUCTS,
        "category": "cloud",
        "security_domain": detection.security_domain,
        "custom_schedule": {
            "cron_schedule": detection.schedule.cron,
            "schedule_window": detection.schedule.window,
            "earliest_time": relative_time(detection.schedule.earliest),
            "latest_time": relative_time(detection.schedule.latest),
        },
        "tests": [
            {
                "name": "Samples of the project",
                "test_type": "experimental",
                "description": "The builder replays data into a Splunk server, but this search depends on index times "
                "and on lookups. Its events, lookups and expected findings are in the project's samples/detections; "
                "`make test` runs them without Splunk.",
            }
        ],
    }


def macro_file(stanza: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """A file of macros/, for a stanza of macros.conf; the comment above it is the description."""
    description = _comments(ROOT / "default" / "macros.conf").get(stanza, "Part of the searches of this app.")
    fields = _common("macro", bare_name(stanza), description)
    definition = "\n".join(line.rstrip() for line in settings["definition"].splitlines())
    # The builder refuses definitions of fewer than three characters.
    fields["definition"] = definition if len(definition) > 2 else f"({definition})"
    if "args" in settings:
        fields["arguments"] = [name.strip() for name in settings["args"].split(",")]
    return fields


def lookup_file(name: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """A file of lookups/csv/, for a stanza of transforms.conf; the CSV file stands beside it."""
    description = _comments(ROOT / "default" / "transforms.conf")[name]
    fields = _common("lookup", name, description) | {"lookup_type": "csv"}
    if "match_type" in settings:
        fields["match_type"] = [part.strip() for part in settings["match_type"].split(",")]
    if "max_matches" in settings:
        fields["max_matches"] = int(settings["max_matches"])
    if "case_sensitive_match" in settings:
        fields["case_sensitive_match"] = settings["case_sensitive_match"] == "true"
    return fields


def story_file(name: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """A file of stories/, for a stanza of analyticstories.conf."""
    fields = _common("story", name, settings["description"], date.fromisoformat(settings["last_updated"]))
    return fields | {
        "version": int(settings["version"]),
        "status": "production",
        "references": json.loads(settings["references"]),
        "narrative": settings["narrative"],
        "category": [settings["category"]],
        "usecase": "Advanced Threat Detection",
        "product": PRODUCTS,
    }


def data_source_file(name: str) -> dict[str, Any]:
    """A file of data_sources/: one operation in CloudTrail, or all of CloudTrail by way of Security Lake."""
    _, cloudtrail, operation = name.partition("AWS CloudTrail ")
    if cloudtrail:
        fields = _common("data source", name, f"CloudTrail events of the AWS KMS operation {operation}.")
        return fields | {
            "source": "aws_cloudtrail",
            "sourcetype": "aws:cloudtrail",
            "separator": "eventName",
            "separator_value": operation,
        }
    fields = _common("data source", name, "CloudTrail events that Amazon Security Lake delivers as OCSF API activity.")
    return fields | {"source": "aws_asl", "sourcetype": "aws:asl"}


def bare_name(stanza: str) -> str:
    """A macro's name without its number of arguments: m(2) -> m."""
    return stanza.partition("(")[0]


def _common(kind: str, name: str, description: str, modified: date | None = None) -> dict[str, Any]:
    """What every file says. Macros, lookups and data sources carry no version of their own: they are the release's."""
    return {
        "name": name,
        "id": str(uuid.uuid5(_IDS, f"{kind} {name}")),
        "version": 1,
        "creation_date": _FIRST_RELEASE,
        "modification_date": modified or read_version().released.date(),
        "author": AUTHOR,
        "description": description,
    }


def _comments(path: Path) -> dict[str, str]:
    """Stanza -> the comment above it, in one line."""
    found: dict[str, str] = {}
    for comment, stanza in re.findall(r"((?:^# .*\n)+)\[(.+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE):
        found[stanza] = " ".join(line.removeprefix("# ") for line in comment.splitlines())
    return found
