//! What holds for every row of every table.

use dockgate::catalogue::OPERATIONS;
use dockgate::catalogue::fields::{Field, Means, Shape};
use dockgate::request::json::MAX_DEPTH;
use std::collections::HashSet;

/// A field, and the way to it.
pub(crate) struct Row {
    pub(crate) field: &'static Field,
    /// `HostConfig`, `Mounts`, `[]`, `Type`
    pub(crate) steps: Vec<&'static str>,
    /// What the fields around it mean, outermost first.
    around: Vec<Means>,
}

/// Every field below a body.
pub(crate) fn below(body: &'static Field) -> Vec<Row> {
    let mut rows = Vec::new();
    collect(&body.shape, &mut Vec::new(), &mut vec![body.means], &mut rows);
    rows
}

fn collect(shape: &'static Shape, steps: &mut Vec<&'static str>, around: &mut Vec<Means>, rows: &mut Vec<Row>) {
    let tables = match shape {
        Shape::List(inner) | Shape::Map(inner) => {
            steps.push(if matches!(shape, Shape::List(_)) { "[]" } else { "{}" });
            collect(inner, steps, around, rows);
            steps.pop();
            return;
        }
        Shape::Object(tables) => *tables,
        _ => return,
    };
    for field in Field::all(tables) {
        steps.push(field.name);
        rows.push(Row { field, steps: steps.clone(), around: around.clone() });
        around.push(field.means);
        collect(&field.shape, steps, around, rows);
        around.pop();
        steps.pop();
    }
}

/// Every field of every body, with the operation's name.
fn all() -> impl Iterator<Item = (&'static str, Row)> {
    OPERATIONS.iter().flat_map(|operation| {
        let rows = operation.body.table().map(below).unwrap_or_default();
        rows.into_iter().map(|row| (operation.name, row))
    })
}

#[test]
fn every_harmless_field_says_why() {
    for (operation, row) in all() {
        if let Means::Harmless(why) = row.field.means {
            let plain = why.split(' ').count() >= 3 && !why.is_empty() && !why.ends_with('.');
            assert!(plain, "{operation}: {:?}: {why}", row.steps);
        }
    }
}

/// Fields inside a value that is read as a whole are parts of it, and no others are.
#[test]
fn every_part_has_a_whole() {
    let whole = |means: &Means| matches!(means, Means::Gather(_) | Means::Given(_));
    for (operation, row) in all() {
        let inside = row.around.iter().any(whole);
        let part = matches!(row.field.means, Means::Part | Means::Harmless(_));
        // the value of a privilege is read with its name, which stands beside it
        let beside = row.field.name == "Value" && row.steps.len() >= 2;
        assert!(
            inside == part || beside || matches!(row.field.means, Means::Harmless(_)),
            "{operation}: {:?}",
            row.steps
        );
    }
}

#[test]
fn an_inner_field_has_fields_inside() {
    for (operation, row) in all() {
        let holds = below(row.field).iter().any(|inside| inside.field.name != row.field.name);
        let plain = matches!(row.field.means, Means::Inner);
        assert!(!plain || holds, "{operation}: {:?}", row.steps);
        let open = matches!(row.field.means, Means::Is(_) | Means::Harmless(_));
        assert!(!open || !holds, "{operation}: {:?}: the fields inside are not looked at", row.steps);
    }
}

#[test]
fn the_facets_of_a_body_fit_its_operation() {
    let mut strange = Vec::new();
    for operation in OPERATIONS {
        for row in operation.body.table().map(below).unwrap_or_default() {
            if let Means::Is(facet) | Means::Given(facet) | Means::Keys(facet) = row.field.means
                && !facet.row().fits(operation.op)
            {
                strange.push(format!("{}: {} as `{}`", operation.name, row.steps.join("."), facet.word()));
            }
        }
    }
    assert!(strange.is_empty(), "facets that the operation does not have:\n{}", strange.join("\n"));
}

#[test]
fn names_are_told_apart_in_any_case() {
    for operation in OPERATIONS {
        let mut seen = HashSet::new();
        for row in operation.body.table().map(below).unwrap_or_default() {
            let path = row.steps.join("/").to_ascii_lowercase();
            assert!(row.field.name.is_ascii(), "{path}");
            assert!(seen.insert(path.clone()), "{}: {path} is there twice", operation.name);
        }
    }
}

#[test]
fn no_body_is_deeper_than_the_reader_goes() {
    for (operation, row) in all() {
        assert!(row.steps.len() < MAX_DEPTH, "{operation}: {:?}", row.steps);
    }
}
