"""How ESCU 6 writes a rule that raises one finding and no intermediate findings: the stanzas of contentctl-ng 1.1.1.
Source: the published models of contentctl-ng (PyPI), run on the rules of published_rules.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

_DATA = json.loads(Path(__file__).with_name("published_rules.json").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [{**_DATA["common"], **rule} for rule in _DATA["rules"]]

# A finding's severity is that of the score of its entity: the highest score of each step.
_SEVERITIES = {20: "informational", 40: "low", 60: "medium", 80: "high", 100: "critical"}


def compact(value: Any) -> str:
    """JSON as the builder writes it into a conf file: Enterprise Security reads and rewrites it in this form."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def saved_search(rule: Mapping[str, Any], stanza: str) -> dict[str, str]:
    """The stanza of savedsearches.conf without its description. stanza: its name."""
    published = datetime.strptime(rule["modified"], "%Y-%m-%d").replace(tzinfo=timezone.utc)
    entity = {
        "risk_object_field": rule["entity"]["field"],
        "risk_object_type": rule["entity"]["type"],
        "risk_score": rule["score"],
    }
    drilldowns = [
        {**drilldown, "search": drilldown["search"].replace("%original_detection_search%", f'| savedsearch "{stanza}"')}
        for drilldown in rule["drilldowns"]
    ]
    return {
        "action.correlationsearch.annotations": compact(
            {
                **_controls(rule),
                "analytic_story": [rule["story"]],
                "data_source": rule["data_sources"],
                "type": "TTP",
                "type_list": ["TTP"],
            }
        ),
        "action.correlationsearch.detection_type": "ebd",
        "action.correlationsearch.enabled": "1",
        "action.correlationsearch.label": stanza,
        "action.correlationsearch.metadata": compact(
            {
                "deprecated": "0",
                "detection_id": rule["id"],
                "detection_version": rule["version"],
                "publish_time": published.timestamp(),
            }
        ),
        "action.notable": "1",
        "action.notable.param._entities": compact([entity]),
        "action.notable.param.drilldown_searches": compact(drilldowns),
        "action.notable.param.nes_fields": "user,dest",
        "action.notable.param.rule_title": rule["title"],
        "action.notable.param.security_domain": rule["security_domain"],
        "action.notable.param.severity": next(name for top, name in _SEVERITIES.items() if rule["score"] <= top),
        "alert.digest_mode": "1",
        "allow_skew": "100%",
        "counttype": "number of events",
        "cron_schedule": rule["schedule"]["cron_schedule"],
        "disabled": "1",
        "dispatch.earliest_time": rule["schedule"]["earliest"],
        "dispatch.latest_time": rule["schedule"]["latest"],
        "enableSched": "1",
        "is_visible": "0",
        "quantity": "0",
        "realtime_schedule": "0",
        "relation": "greater than",
        "schedule_window": "auto",
        "search": " \n".join(rule["search"]),
    }


def story_entry(rule: Mapping[str, Any]) -> dict[str, str]:
    """The stanza [savedsearch://…] of analyticstories.conf without its sentences."""
    return {
        "annotations": compact(_controls(rule)),
        "asset_type": rule["asset_type"],
        "confidence": "medium",
        "providing_technologies": compact([rule["technology"]]),
        "type": "detection",
    }


def _controls(rule: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        "cis20": ["CIS 10"],
        "kill_chain_phases": [rule["kill_chain_phase"]],
        "mitre_attack": [rule["technique"]],
        "nist": ["DE.CM"],
    }
