"""Time as Splunk writes it: relative time modifiers, formats of strftime and strptime, ISO times. All in UTC.
Rules: Search Reference, "Time modifiers" and "Date and time format variables".
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from re import Match

from dev.spl.errors import SplError

LATEST = 253_402_300_800
"""Unix seconds of the year 10000: what lies beyond is no time."""

_UNITS: dict[str, str] = {
    name: unit
    for unit, names in {
        "seconds": "s sec secs second seconds",
        "minutes": "m min mins minute minutes",
        "hours": "h hr hrs hour hours",
        "days": "d day days",
        "weeks": "w week weeks",
        "months": "mon month months",
        "years": "y yr yrs year years",
    }.items()
    for name in names.split()
}
_STEP = re.compile(r"(?P<sign>[+-])(?P<count>\d*)(?P<unit>[a-z]+)|@(?P<snap>[a-z]+[0-7]?)", re.IGNORECASE)
_FORMATS = {"%" + letter: "%" + letter for letter in "YmdHMSyjbBaAIpzZ%"} | {"%F": "%Y-%m-%d", "%T": "%H:%M:%S"}
_VARIABLE = re.compile(r"%.", re.DOTALL)


def utc(seconds: float) -> datetime:
    """The time of these Unix seconds."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def seconds(time: float | int | str) -> float:
    """Unix seconds of a number, of digits, or of ISO 8601 text (UTC unless it says otherwise). ValueError if none."""
    if isinstance(time, (float, int)):
        return float(time)
    if re.fullmatch(r"\d+(?:\.\d+)?", time):
        return float(time)
    moment = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def apply_modifier(modifier: str, now: float) -> float | None:
    """Unix seconds that a modifier such as `-70m@m`, `now`, `@d` or `1700000000` means; None for "" (no bound)."""
    text = modifier.strip().lower()
    if not text:
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    text = text.removeprefix("now")
    moment, position = utc(now), 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None:
            raise SplError(f"not a time modifier: {modifier!r}")
        moment = _snap(moment, step["snap"].lower()) if step["snap"] else _move(moment, step)
        position = step.end()
    return moment.timestamp()


def format_time(when: float, form: str) -> str:
    """strftime: the variables that Splunk shares with Python, `%s`, and fractions `%3N`, `%6N`, `%Q`."""
    moment = utc(when)
    text = form.replace("%Q", "%3N")
    text = re.sub(r"%([369])N", lambda digits: f"{when % 1:.9f}"[2 : 2 + int(digits[1])], text)
    return moment.strftime(_portable(text.replace("%s", str(int(when)))))


def _portable(form: str) -> str:
    def translate(variable: Match[str]) -> str:
        if variable[0] not in _FORMATS:
            raise SplError(f"the local runner does not know the time format variable {variable[0]}")
        return _FORMATS[variable[0]]

    return _VARIABLE.sub(translate, form)


def _move(moment: datetime, step: Match[str]) -> datetime:
    unit = _UNITS.get(step["unit"].lower())
    if unit is None:
        raise SplError(f"not a unit of time: {step['unit']!r}")
    count = int(step["count"] or 1) * (-1 if step["sign"] == "-" else 1)
    if unit in ("months", "years"):
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "years" else 1)
        year, month = divmod(months, 12)
        last = (
            datetime(year + (month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=moment.tzinfo) - timedelta(days=1)
        ).day
        return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    return moment + timedelta(**{unit: count})


def _snap(moment: datetime, snap: str) -> datetime:
    unit = _UNITS.get(snap.rstrip("01234567"))
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "weeks":
        weekday = int(snap[-1]) % 7 if snap[-1].isdigit() else 0
        return day - timedelta(days=(moment.isoweekday() - weekday) % 7)
    starts = {
        "seconds": moment.replace(microsecond=0),
        "minutes": moment.replace(second=0, microsecond=0),
        "hours": moment.replace(minute=0, second=0, microsecond=0),
        "days": day,
        "months": day.replace(day=1),
        "years": day.replace(month=1, day=1),
    }
    if unit is None or snap[-1].isdigit():
        raise SplError(f"not a unit of time to snap to: @{snap}")
    return starts[unit]


def between(time: float, first: float | None, last: float | None) -> bool:
    """Whether a time is in a range, which holds its first second and not its last; None is no bound."""
    return (first is None or time >= first) and (last is None or time < last)
