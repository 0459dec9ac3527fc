//! cetusguard's rules.

use super::{assert_verdicts, unsaid};
use dockgate::import::{Imported, Rules, Style, cetusguard};

fn import(rules: &str, builtin: bool) -> Imported {
    let files = [("rules.list".to_owned(), rules.to_owned())];
    cetusguard(&Rules { files: &files, builtin }, Style::Faithful).unwrap()
}

#[test]
fn the_documented_rules() {
    let rules = "! Get data usage information
        GET %API_PREFIX_SYSTEM%/df

        ! Monitor events
        GET %API_PREFIX_EVENTS%
        GET %API_PREFIX_CONTAINERS%/json
        GET %API_PREFIX_CONTAINERS%/%CONTAINER_ID_OR_NAME%/json";
    assert_verdicts(
        &import(rules, true),
        "+ GET /_ping
         + HEAD /v1.41/_ping
         + GET /v1.41/version
         + GET /info
         + GET /v1.41/system/df
         + GET /events
         + GET /v1.41/containers/json?all=1
         + GET /containers/my_app.2/json
         - GET /containers/web/logs
         - GET /containers/web/archive?path=/
         - POST /containers/web/start
         - GET /images/json",
    );
}

#[test]
fn what_is_built_in_can_be_left_out() {
    assert_verdicts(&import("GET %API_PREFIX_EVENTS%", false), "- GET /_ping\n- GET /info\n+ GET /events");
}

#[test]
fn methods_and_words_of_objects() {
    let rules = "GET,POST %API_PREFIX_EXEC%/%CONTAINER_ID%/(json|start|resize)
        DELETE %API_PREFIX_VOLUMES%/%VOLUME_ID_OR_NAME%
        GET %API_PREFIX_NETWORKS%/%NETWORK_ID_OR_NAME%
        GET %API_PREFIX_IMAGES%/%IMAGE_ID_OR_REFERENCE%/json
        GET %API_PREFIX_VOLUMES%(\\?.*)?";
    assert_verdicts(
        &import(rules, false),
        "+ GET /exec/3f4e5d6c7b8a/json
         + POST /exec/3f4e5d6c7b8a/start {}
         + DELETE /volumes/data
         + GET /networks/front
         + GET /images/registry.example.com/team/app:1/json
         + GET /volumes
         - POST /networks/create {}
         - DELETE /networks/front",
    );
}

#[test]
fn what_cannot_be_said_is_listed_with_its_line() {
    let imported = import("GET %API_PREFIX_LIBPOD_PODS%/json\nGET (\\w)\\1\nGET /%NOTHING%/x", false);
    assert!(unsaid(&imported, "rules.list:1").contains("Podman"));
    assert!(unsaid(&imported, "rules.list:2").contains("backreferences"));
    assert_verdicts(&imported, "- GET /_ping");
}

#[test]
fn a_line_that_is_no_rule_is_refused_with_its_place() {
    for bad in ["GET", "get /x", "GET,,POST /x", "GET,post /x"] {
        let files = [("rules.list".to_owned(), format!("\n{bad}"))];
        let refused = cetusguard(&Rules { files: &files, builtin: true }, Style::Faithful).unwrap_err();
        assert!(refused.starts_with("rules.list:2: "), "{bad}: {refused}");
    }
}
