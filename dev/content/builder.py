"""What the publisher's builder, contentctl-ng 1.1.1, writes for a detection: its stanzas of savedsearches.conf and
analyticstories.conf. Source: its models (PyPI). The workflow content.yml compares this with what the builder writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timezone
from typing import Any

from dev.content.detection import Detection, Entity

# A finding's severity follows its entity's score: the highest score of each severity.
_SEVERITIES = {20: "informational", 40: "low", 60: "medium", 80: "high", 100: "critical"}

# The phase of the kill chain that the tactic of a technique (MITRE ATT&CK) belongs to.
_PHASES = {"T1486": "Actions on Objectives"}

# The builder reads the providing technologies off the publisher's own macros.
_TECHNOLOGIES = {
    "`amazon_security_lake`": "Amazon Security Lake",
    "`cloudtrail`": "Amazon Web Services - Cloudtrail",
}

_OWN_FILTER = re.compile(r"`kmspolicycheck_(\w+_filter)`$")


@dataclass(frozen=True)
class Form:
    """What the builder writes of a detection: the settings of both stanzas."""

    saved_search: dict[str, str]
    story_entry: dict[str, str]


def compact(value: Any) -> str:
    """JSON as the builder writes it: Enterprise Security reads and rewrites settings in this form."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def filter_macro(name: str) -> str:
    """The macro that the builder wants at the end of the search of a detection of this name."""
    return re.sub(r"[ .-]", "_", name.lower()) + "_filter"


def search_text(detection: Detection) -> str:
    """The search as the content folder has it: the builder wants its filter macro without this app's prefix."""
    return _OWN_FILTER.sub(r"`\1`", detection.search)


def relative_time(modifier: str) -> str:
    """A time modifier in the builder's form, which has no `now`."""
    return "-0s" if modifier == "now" else modifier


def form(detection: Detection) -> Form:
    """Both stanzas as the builder writes them."""
    return Form(_saved_search(detection), _story_entry(detection))


def _saved_search(detection: Detection) -> dict[str, str]:
    published = datetime.combine(detection.modified, time(), timezone.utc)
    settings = {
        "action.correlationsearch.annotations": compact(
            {
                **_controls(detection),
                "analytic_story": sorted(detection.stories),
                "data_source": sorted(detection.data_sources),
                "type": detection.type,
                "type_list": [detection.type],
            }
        ),
        "action.correlationsearch.detection_type": "ebd",
        "action.correlationsearch.enabled": "1",
        "action.correlationsearch.label": detection.stanza,
        "action.correlationsearch.metadata": compact(
            {
                "deprecated": "0",
                "detection_id": detection.id,
                "detection_version": detection.version,
                "publish_time": published.timestamp(),
            }
        ),
        "alert.digest_mode": "1",
        "allow_skew": "100%",
        "counttype": "number of events",
        "cron_schedule": detection.schedule.cron,
        "description": detection.description,
        "disabled": "1",
        "dispatch.earliest_time": relative_time(detection.schedule.earliest),
        "dispatch.latest_time": relative_time(detection.schedule.latest),
        "enableSched": "1",
        "is_visible": "0",
        "quantity": "0",
        "realtime_schedule": "0",
        "relation": "greater than",
        "schedule_window": detection.schedule.window,
        "search": search_text(detection).replace("\n", " \n"),
        **_risk(detection),
        **_finding(detection),
    }
    if detection.drilldowns:
        settings["action.notable.param.drilldown_searches"] = compact(
            [
                {
                    "earliest_offset": drilldown.earliest,
                    "latest_offset": drilldown.latest,
                    "name": drilldown.name,
                    "search": drilldown.search,
                }
                for drilldown in detection.drilldowns
            ]
        )
    return dict(sorted(settings.items()))


def _finding(detection: Detection) -> dict[str, str]:
    if not detection.finding:
        return {}
    score = detection.finding[0].score
    return {
        "action.notable": "1",
        "action.notable.param._entities": compact(_entries(detection.finding)),
        "action.notable.param.nes_fields": "user,dest",
        "action.notable.param.rule_description": detection.description,
        "action.notable.param.rule_title": detection.title,
        "action.notable.param.security_domain": detection.security_domain,
        "action.notable.param.severity": next(name for top, name in _SEVERITIES.items() if score <= top),
    }


def _risk(detection: Detection) -> dict[str, str]:
    """Intermediate findings, then threat objects, each sorted; only the latter where there is a finding alone."""
    entities = sorted(detection.entities, key=lambda one: (one.field, one.type, one.score, one.message))
    threats = sorted(detection.threat_objects, key=lambda one: (one.field, one.type))
    written = [{"threat_object_field": one.field, "threat_object_type": one.type} for one in threats]
    if not entities:
        return {"action.risk.param._risk": compact(written)} if written and detection.finding else {}
    return {
        "action.risk": "1",
        "action.risk.param._risk": compact([*_entries(entities), *written]),
        "action.risk.param._risk_message": entities[0].message,
        "action.risk.param._risk_score": "0",
        "action.risk.param.verbose": "0",
    }


def _entries(entities: Iterable[Entity]) -> list[dict[str, Any]]:
    return [
        {
            "risk_object_field": one.field,
            "risk_object_type": one.type,
            "risk_score": one.score,
            **({"risk_message": one.message} if one.message else {}),
        }
        for one in entities
    ]


def _story_entry(detection: Detection) -> dict[str, str]:
    technologies = sorted(name for macro, name in _TECHNOLOGIES.items() if macro in detection.search)
    return {
        "annotations": compact(_controls(detection)),
        "asset_type": detection.asset_type,
        "confidence": "medium",
        "explanation": detection.description,
        "how_to_implement": detection.how_to_implement,
        "known_false_positives": detection.known_false_positives,
        "providing_technologies": compact(technologies) if technologies else "null",
        "type": "detection",
    }


def _controls(detection: Detection) -> dict[str, list[str]]:
    """The frameworks that the builder derives from the domain (CIS), the technique (kill chain) and the type (NIST)."""
    return {
        "cis20": ["CIS 13" if detection.security_domain == "network" else "CIS 10"],
        "kill_chain_phases": sorted({_PHASES[technique] for technique in detection.techniques}),
        "mitre_attack": sorted(detection.techniques),
        "nist": ["DE.CM" if detection.type == "TTP" else "DE.AE"],
    }
