"""Times kmspolicy and other public-policy checks on the same texts; runs in the peers' venv. stdin and stdout: JSON.

Every check gets the text and answers whether the policy lets everyone in, so each pays for its own json.loads.
"""

import importlib.metadata
import json
import logging
import sys
import types
from time import thread_time_ns

sys.path.insert(0, sys.argv[1])
from kmspolicy import KeyFacts, analyze

OWN = "111122223333"
KEY = KeyFacts(account=OWN, region="us-east-1", event_time=1762000000.0)
logging.disable(logging.CRITICAL)


def kmspolicy():
    """What this app's engine says of a policy text."""

    def check(text):
        found = analyze(text, key=KEY)
        witness = found.witness and found.witness.text(KEY)
        return found.flagged, found.granted, found.reasons, witness, found.encrypt_only, found.hash

    return check


def policyuniverse():
    """What policyuniverse says of a policy text: whether the internet has access."""
    from policyuniverse.policy import Policy  # type: ignore[import-not-found]

    return lambda text: Policy(json.loads(text)).is_internet_accessible()


def c7n():
    """What Cloud Custodian's check of cross-account access says of a policy text."""
    from c7n.resources.kms import KMSPolicyChecker  # type: ignore[import-not-found]

    checker = KMSPolicyChecker({"everyone_only": True, "allowed_accounts": {OWN}})
    return lambda text: bool(checker.check(text))


def prowler():
    """What Prowler's check of public policies says of a policy text."""
    # Its policy checks need one function of the AWS provider, which reads a file; the provider needs 100 packages.
    provider = types.ModuleType("prowler.providers.aws.aws_provider")
    provider.__dict__["read_aws_regions_file"] = dict
    sys.modules[provider.__name__] = provider
    from prowler.providers.aws.services.iam.lib.policy import is_policy_public  # type: ignore[import-not-found]

    return lambda text: is_policy_public(json.loads(text), OWN)


CHECKS = {"kmspolicy": kmspolicy, "policyuniverse": policyuniverse, "c7n": c7n, "prowler": prowler}


def main():
    """Reads sets of policies from stdin as JSON, and writes each tool's times and answers as JSON."""
    sets = json.load(sys.stdin)
    answer: dict = {}
    for name, load in CHECKS.items():
        try:
            check = load()
            version = "" if name == "kmspolicy" else importlib.metadata.version(name)
        except ImportError as error:
            answer[name] = {"missing": str(error)}
            continue
        answer[name] = {"version": version, "sets": {title: measure(check, texts) for title, texts in sets.items()}}
    answer["json.loads"] = {"version": "", "sets": {title: measure(json.loads, texts) for title, texts in sets.items()}}
    json.dump(answer, sys.stdout)


def measure(check, texts):
    """Seconds of CPU time and the answer for each text; None where the check raised."""
    times, answers = [], []
    for text in texts:
        begun = thread_time_ns()
        try:
            found = check(text)
        except Exception as error:
            found = None
            sys.stderr.write(f"{check}: {error!r}\n")
        times.append((thread_time_ns() - begun) / 1e9)
        answers.append(None if found is None else bool(found[0]) if isinstance(found, tuple) else bool(found))
    return {"times": times, "open": answers}


main()
