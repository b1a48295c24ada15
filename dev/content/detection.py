"""A detection as the publisher's builder models it, read from the stanzas that Splunk reads.
Settings: savedsearches.conf.spec; action.* are those of Enterprise Security's correlation searches, findings and risk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any

PREFIX, SUFFIX = "KMS - ", " - Rule"
"""What a detection's stanza adds to its name."""


@dataclass(frozen=True)
class Entity:
    """A field whose value a finding, or an intermediate finding with its own message, is about."""

    field: str
    type: str
    score: int
    message: str = ""


@dataclass(frozen=True)
class ThreatObject:
    """A field whose value takes part in an attack without being its object."""

    field: str
    type: str


@dataclass(frozen=True)
class Drilldown:
    """A search that a finding offers, over the time range between two offsets."""

    name: str
    search: str
    earliest: str
    latest: str


@dataclass(frozen=True)
class Schedule:
    """When a detection runs, and the events it reads."""

    cron: str
    window: str
    earliest: str
    latest: str


@dataclass(frozen=True)
class Detection:
    """One detection. finding: the entities of its finding, none where it raises no finding; entities: those of its
    intermediate findings.
    """

    name: str
    id: str
    version: str
    modified: date
    type: str
    stories: tuple[str, ...]
    data_sources: tuple[str, ...]
    techniques: tuple[str, ...]
    asset_type: str
    security_domain: str
    description: str
    how_to_implement: str
    known_false_positives: str
    search: str
    schedule: Schedule
    title: str
    finding: tuple[Entity, ...]
    entities: tuple[Entity, ...]
    threat_objects: tuple[ThreatObject, ...]
    drilldowns: tuple[Drilldown, ...]

    @property
    def stanza(self) -> str:
        """Its name in savedsearches.conf."""
        return f"{PREFIX}{self.name}{SUFFIX}"

    @property
    def references(self) -> tuple[str, ...]:
        """The pages that its description ends with."""
        return tuple(re.findall(r"https://[^\s,]+", self.description.rpartition("References: ")[2]))


def read_detection(stanza: str, saved: Mapping[str, str], story_entry: Mapping[str, str]) -> Detection:
    """The detection of a stanza of savedsearches.conf.

    saved: its settings there; story_entry: those of [savedsearch://stanza] in analyticstories.conf.
    """
    annotations = json.loads(saved["action.correlationsearch.annotations"])
    metadata = json.loads(saved["action.correlationsearch.metadata"])
    risk = json.loads(saved.get("action.risk.param._risk", "[]"))
    drilldowns = json.loads(saved.get("action.notable.param.drilldown_searches", "[]"))
    return Detection(
        name=stanza.removeprefix(PREFIX).removesuffix(SUFFIX),
        id=metadata["detection_id"],
        version=metadata["detection_version"],
        modified=datetime.fromtimestamp(metadata["publish_time"], timezone.utc).date(),
        type=annotations["type"],
        stories=tuple(annotations["analytic_story"]),
        data_sources=tuple(annotations["data_source"]),
        techniques=tuple(annotations["mitre_attack"]),
        asset_type=story_entry["asset_type"],
        security_domain=saved.get("action.notable.param.security_domain", "threat"),
        description=saved["description"],
        how_to_implement=story_entry["how_to_implement"],
        known_false_positives=story_entry["known_false_positives"],
        search="\n".join(line.rstrip() for line in saved["search"].splitlines()),
        schedule=Schedule(
            saved["cron_schedule"],
            saved["schedule_window"],
            saved["dispatch.earliest_time"],
            saved["dispatch.latest_time"],
        ),
        title=saved.get("action.notable.param.rule_title", ""),
        finding=tuple(_entities(json.loads(saved.get("action.notable.param._entities", "[]")))),
        entities=tuple(_entities(entry for entry in risk if "risk_object_field" in entry)),
        threat_objects=tuple(
            ThreatObject(entry["threat_object_field"], entry["threat_object_type"])
            for entry in risk
            if "threat_object_field" in entry
        ),
        drilldowns=tuple(
            Drilldown(one["name"], one["search"], one["earliest_offset"], one["latest_offset"]) for one in drilldowns
        ),
    )


def _entities(written: Iterable[Mapping[str, Any]]) -> list[Entity]:
    return [
        Entity(
            entry["risk_object_field"],
            entry["risk_object_type"],
            int(entry["risk_score"]),
            entry.get("risk_message", ""),
        )
        for entry in written
    ]
