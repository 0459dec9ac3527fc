//! Restart policies.

/// The policy in the command line's spelling: `no`, `always`, `on-failure:5`.
pub fn normal(name: &str, retries: i64) -> String {
    match (name, retries) {
        ("", _) => "no".into(),
        ("on-failure", 1..) => format!("on-failure:{retries}"),
        (name, _) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_have_one_spelling() {
        assert_eq!(normal("", 0), "no");
        assert_eq!(normal("no", 0), "no");
        assert_eq!(normal("always", 0), "always");
        assert_eq!(normal("on-failure", 0), "on-failure");
        assert_eq!(normal("on-failure", 5), "on-failure:5");
    }
}
