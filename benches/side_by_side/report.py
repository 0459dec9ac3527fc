"""From the rounds to figures: medians, spread, ratios against HAProxy; a table and a JSON file."""

import json
from statistics import median

BASE = "haproxy"
FLOOR = "direct"


def summarise(rounds):
    """Per metric and target its figure; a round is {target: {metric: value}}."""
    rounds = [with_added_latency(values) for values in rounds]
    targets = list(rounds[0])
    return {name: {t: figure(rounds, t, name) for t in targets} for name in metric_names(rounds)}


def metric_names(rounds):
    """Every name once, those of one subject together."""
    names = dict.fromkeys(name for one in rounds for values in one.values() for name in values)
    subjects = list(dict.fromkeys(map(subject, names)))
    return sorted(names, key=lambda name: subjects.index(subject(name)))


def subject(name):
    return name.partition(":")[0]


def with_added_latency(one):
    """Latency as what the proxy adds to the bare socket's in the same round."""
    floor = one.get(FLOOR, {})
    return {
        target: {
            **values,
            **{
                name.replace(": ", ": added "): values[name] - floor[name]
                for name in values
                if name.endswith("µs") and name in floor and target != FLOOR
            },
        }
        for target, values in one.items()
    }


def figure(rounds, target, name):
    """None if the target has no such figure."""
    seen = [one[target][name] for one in rounds if one.get(target, {}).get(name) is not None]
    if not seen:
        return None
    ratios = [ratio for one in rounds if (ratio := ratio_in(one, target, name)) is not None]
    return {
        "median": median(seen),
        "min": min(seen),
        "max": max(seen),
        "rounds": len(seen),
        f"against_{BASE}": median(ratios) if ratios else None,
    }


def ratio_in(one, target, name):
    """Both sides come from the same round, so that a slow minute of the machine cancels out."""
    own, base = one.get(target, {}).get(name), one.get(BASE, {}).get(name)
    return own / base if own is not None and base else None


def table(summary, targets):
    """Aligned text: a row per metric; per target its median, half its range, its ratio."""
    rows = [["", *(heading for target in targets for heading in (target, "±", "ratio"))]]
    for name, figures in summary.items():
        cells = [cell for target in targets for cell in cells_of(target, figures.get(target))]
        rows.append([name, *cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(line(row, widths) for row in rows)


def cells_of(target, figure):
    if figure is None:
        return ["-", "", ""]
    ratio = figure[f"against_{BASE}"]
    spread = (figure["max"] - figure["min"]) / 2 / abs(figure["median"] or 1)
    return [
        number(figure["median"]),
        f"{spread:.0%}" if figure["rounds"] > 1 else "",
        f"{ratio:.2f}" if ratio is not None and target != BASE else "",
    ]


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def line(row, widths):
    first = row[0].ljust(widths[0])
    rest = "  ".join(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))
    return f"{first}  {rest}".rstrip()


def write_json(path, about, summary, rounds):
    with open(path, "w") as file:
        json.dump({"about": about, "figures": summary, "rounds": rounds}, file, indent=1)
        file.write("\n")
