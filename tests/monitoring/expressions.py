"""Writes the expressions of a Grafana dashboard as Prometheus rules, for promtool to read."""

import json
import sys

VARIABLES = {"$__rate_interval": "5m", "$__interval": "5m", "$instance": ".*"}


def expressions(node):
    """Every `expr`, wherever it is."""
    if isinstance(node, dict):
        if isinstance(node.get("expr"), str):
            yield node["expr"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from expressions(child)


def filled(expression):
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    return expression


def main(path):
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    rules = [{"record": f"panel:{at}", "expr": filled(e)} for at, e in enumerate(expressions(dashboard))]
    # JSON is YAML
    json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, sys.stdout)


main(sys.argv[1])
