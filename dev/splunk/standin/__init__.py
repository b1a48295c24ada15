"""A stand-in of the REST endpoints that the suite uses, on 127.0.0.1, built on the local search runner (dev/spl).
It keeps the suite's own code from rotting. It proves the suite and not the app: no Splunk takes part.
"""

from dev.splunk.standin.server import StandIn as StandIn
