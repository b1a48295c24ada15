"""The policy language as AWS documents it: grammar, operators, context keys, actions."""
