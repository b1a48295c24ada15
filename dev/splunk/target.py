"""Which Splunk is asked, and how to reach it: read from the environment, never from a command line.
Rules: splunk-sdk, splunklib.client.connect; the secrets come from SPLUNK_PASSWORD or SPLUNK_TOKEN.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from splunklib import binding, client

TIMEOUT = 60
"""Seconds that one request may take; a search is asked for again and again, so this is not a search's time."""

WHAT_TO_SET = (
    "Set SPLUNK_URL=https://host:8089 with SPLUNK_USER and SPLUNK_PASSWORD, or with SPLUNK_TOKEN, to ask your Splunk;",
    "or SPLUNK=docker, which starts the official image: it needs SPLUNK_START_ARGS and SPLUNK_GENERAL_TERMS, too.",
    "What this does on that Splunk, and what every variable means: docs/splunk-proof.md",
)


class ProofError(Exception):
    """The suite cannot ask this Splunk; the text is one line that says why and what to do."""


@dataclass(frozen=True)
class Target:
    """A Splunk. Secrets are left out of its repr.

    package: the built package as that Splunk's own file system has it; "" for its path here.
    installed: the package is there already, and may be changed and removed. peer: host:port of a search peer to add,
    that has the same user and password. stand_in: no Splunk at all.
    """

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    verify: bool = True
    package: str = ""
    installed: bool = False
    peer: str = ""
    stand_in: bool = False

    @property
    def name(self) -> str:
        """How the suite calls it."""
        return f"the stand-in at {self.url}: it proves the suite, not the app" if self.stand_in else self.url


def read_target(environment: Mapping[str, str]) -> Target:
    """The Splunk that make's variables (KPC_SPLUNK_URL, …) name. Raises ProofError for what is missing or malformed."""
    url = environment.get("KPC_SPLUNK_URL", "").rstrip("/")
    user, password = environment.get("KPC_SPLUNK_USER", ""), environment.get("SPLUNK_PASSWORD", "")
    token = environment.get("SPLUNK_TOKEN", "")
    if not url:
        raise ProofError("\n".join(WHAT_TO_SET))
    place = urlsplit(url)
    if place.scheme not in {"http", "https"} or not place.hostname or place.username or place.path:
        raise ProofError("SPLUNK_URL is not of the form https://host:8089")
    if not token and not (user and password):
        raise ProofError("SPLUNK_URL needs SPLUNK_USER and SPLUNK_PASSWORD, or SPLUNK_TOKEN, in the environment")
    if place.scheme == "http" and not _is_local(place.hostname):
        raise ProofError(f"SPLUNK_URL is http: a password would travel to {place.hostname} in clear text; use https")
    return Target(
        url,
        user,
        password,
        token,
        verify=_flag(environment, "SPLUNK_VERIFY", not _is_local(place.hostname)),
        package=environment.get("KPC_SPLUNK_PACKAGE", ""),
        installed=_flag(environment, "SPLUNK_INSTALLED", False),
        peer=environment.get("KPC_PROOF_PEER", ""),
    )


def connect(target: Target, user: str = "", password: str = "") -> client.Service:
    """A session with this Splunk, as the target's user or as another one. Raises ProofError in one line."""
    place = urlsplit(target.url)
    who: dict[str, str] = {"username": user or target.user, "password": password or target.password}
    if target.token and not user:
        who = {"splunkToken": target.token}
    try:
        service = client.connect(
            handler=binding.handler(timeout=TIMEOUT, verify=target.verify),
            scheme=place.scheme,
            host=place.hostname,
            port=place.port or 8089,
            **who,
        )
        _ = service.splunk_version  # a token is first used here
    except binding.AuthenticationError:
        raise ProofError(f"{target.url} does not accept this {_secret(target, user)}") from None
    except binding.HTTPError as error:
        raise ProofError(
            f"{target.url} does not answer as Splunk's management port does: HTTP {error.status}"
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise ProofError(
            f"{target.url} shows a certificate that this machine does not trust ({error.verify_message}); "
            "SPLUNK_VERIFY=no accepts it"
        ) from None
    except (OSError, ValueError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ProofError(f"{target.url} cannot be reached: {reason}") from None
    except Exception as error:  # whatever else speaks HTTP there
        raise ProofError(f"{target.url} does not answer as Splunk's management port does: {error}") from None
    return service


def _secret(target: Target, user: str) -> str:
    return "token" if target.token and not user else f"password of the user {user or target.user}"


def _is_local(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


def _flag(environment: Mapping[str, str], name: str, default: bool) -> bool:
    text = environment.get(f"KPC_{name}", "").lower()
    if text not in {"", "yes", "no"}:
        raise ProofError(f"{name} is yes or no")
    return text == "yes" if text else default
