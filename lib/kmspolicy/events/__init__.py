"""CloudTrail and OCSF events: finds the records that carry a key policy, and reads their facts."""
