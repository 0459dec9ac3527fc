//! What holds for every body: read, written and read again it is the same.

use super::generate::{Bodies, Random};
use dockgate::catalogue::OPERATIONS;
use dockgate::catalogue::fields::Field;
use dockgate::request::{Tree, json};
use proptest::prelude::*;

fn tables() -> Vec<&'static Field> {
    OPERATIONS.iter().filter_map(|operation| operation.body.table()).collect()
}

fn random_body(seed: u64) -> (&'static Field, String) {
    let mut bodies = Bodies { random: Random::new(seed), values: &[], always: &[], others: 3 };
    let tables = tables();
    let table = tables[bodies.random.below(tables.len())];
    (table, bodies.body(table))
}

/// The tree and the fields without a row, or nothing if the body is refused.
fn read(bytes: &[u8], table: &Field) -> Option<(Tree, Vec<String>)> {
    Tree::read(json::read(bytes).ok()?, &table.shape).ok()
}

/// The canonical spelling means the same tree, knows every field, and is its own.
fn holds(tree: &Tree, table: &Field) {
    let canonical = tree.canonical();
    let (again, unknown) = read(canonical.as_bytes(), table).unwrap_or_else(|| panic!("{canonical} is refused"));
    assert_eq!(tree, &again, "{canonical}");
    assert_eq!(again.canonical(), canonical);
    assert!(unknown.is_empty(), "{canonical}: {unknown:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_body_is_the_same_after_it_was_written(seed in any::<u64>()) {
        let (table, body) = random_body(seed);
        let (tree, unknown) = read(body.as_bytes(), table).unwrap_or_else(|| panic!("{body} is refused"));
        prop_assert!(unknown.is_empty(), "{body}: {unknown:?}");
        holds(&tree, table);
    }

    #[test]
    fn damaged_bodies_are_refused_or_understood(seed in any::<u64>(), at in any::<u16>(), put in "[ -~ſé]{0,3}", cut in 0usize..4) {
        let (table, body) = random_body(seed);
        let from = usize::from(at) % (body.len() + 1);
        let mut bytes = body.into_bytes();
        let to = (from + cut).min(bytes.len());
        bytes.splice(from..to, put.into_bytes());
        if let Some((tree, _)) = read(&bytes, table) {
            holds(&tree, table);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for table in tables() {
            if let Some((tree, _)) = read(&bytes, table) {
                holds(&tree, table);
            }
        }
    }
}
