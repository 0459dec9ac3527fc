//! What is forwarded of a body means what was judged: the same fields, the same uses.
#![no_main]

use dockgate_fuzz::{WITH_BODY, head, split};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((at, body)) = split(data) else { return };
    let Ok(first) = head(WITH_BODY[at]).with_body(body) else { return };
    let Some(canonical) = first.canonical_body() else { return };
    let second = head(WITH_BODY[at]).with_body(canonical.as_bytes()).expect("what is forwarded can be read");
    assert_eq!(second.canonical_body().as_ref(), Some(&canonical));
    assert_eq!(second.body, first.body, "{canonical}");
    assert_eq!(second.uses, first.uses, "{canonical}");
    assert!(second.unknown.is_empty(), "{canonical}: {:?}", second.unknown);
});
