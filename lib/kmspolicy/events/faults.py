"""Why the policy of an event could not be read, or why facts are missing: the sentences of the field `error`."""

from enum import Enum


class EventFault(Enum):
    """What is wrong with an event; the value is the sentence's pattern. {0} in the first three is the break."""

    IN_POLICY = "{0}, inside the policy"
    BEFORE_POLICY = "{0}, before the policy"
    AFTER_POLICY = "{0}, after this policy: later facts are missing"
    OMITTED = "CloudTrail left the request's parameters out of the event because they are too large"
    HIDDEN = "the request's parameters are hidden: the event has {0} in their place"
    HIDDEN_RESPONSE = "the policy in the response is hidden: the event has {0} in its place"
    UNREADABLE = "the request's parameters cannot be read: the event has {0} in their place"
    NO_PARAMETERS = "the event has no requestParameters"
    NO_POLICY = "the event of this PutKeyPolicy call has no policy in its request's parameters"
    TOO_DEEP_POLICY = "the policy's JSON nests too deeply"
    NO_RECORD = "the text names {0} and KMS, but no whole CloudTrail record or OCSF event is in it"
    TOO_DEEP = "the text nests too deeply to be searched for CloudTrail records and OCSF events"
    TOO_MANY_STEPS = "the search for records in this text was stopped after its fixed number of steps"
    NO_POLICY_IN_FIELD = "the field holds JSON, but no key policy: nothing in it has a Statement"


class Break(Enum):
    """How a text breaks; the value is the sentence's pattern, filled with the place."""

    CUT = "the event is cut short{0}"
    DAMAGED = "the event is not valid JSON{0}"
    TOO_LONG = "the event is cut short (only the first {1} of {0} characters were read)"
    PARAMETERS = "the JSON of the request's parameters is cut short or damaged"
    RESPONSE = "the JSON of the response's elements is cut short or damaged"
