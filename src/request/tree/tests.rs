use super::{Tree, Unknown};
use crate::catalogue::fields::{self, Field};
use crate::request::Refusal;
use crate::request::json;

fn read(body: &str, table: &'static Field) -> Result<(Tree, Unknown), Refusal> {
    Tree::read(json::read(body.as_bytes()).unwrap(), &table.shape)
}

/// What a create is forwarded as; every field of it known.
fn create(body: &str) -> String {
    let (tree, unknown) = read(body, &fields::CONTAINER_CREATE).unwrap_or_else(|e| panic!("{body}: {e}"));
    assert_eq!(unknown, [""; 0], "{body}");
    tree.canonical()
}

/// Why a create is refused.
fn refused(body: &str) -> String {
    match read(body, &fields::CONTAINER_CREATE) {
        Ok((tree, _)) => panic!("{body} was read as {}", tree.canonical()),
        Err(refusal) => refusal.message.into_owned(),
    }
}

/// Fields of a create that the table does not have.
fn unknown(body: &str) -> Unknown {
    read(body, &fields::CONTAINER_CREATE).unwrap().1
}

#[test]
fn names_are_docker_s_own_in_the_table_s_order() {
    let body = r#" {"hostconfig": {"PRIVILEGED": true, "bINDS": ["/a:/b"]}, "image": "x" } "#;
    assert_eq!(create(body), r#"{"Image":"x","HostConfig":{"Binds":["/a:/b"],"Privileged":true}}"#);
}

#[test]
fn keys_fold_as_in_go() {
    let folds = [
        ("{\"Ho\u{17f}tConfig\":{}}", r#"{"HostConfig":{}}"#),
        (r#"{"Ho\u017ftConfig":{}}"#, r#"{"HostConfig":{}}"#),
        ("{\"HostConfig\":{\"Bind\u{17f}\":[]}}", r#"{"HostConfig":{"Binds":[]}}"#),
        ("{\"HostConfig\":{\"Networ\u{212a}Mode\":\"host\"}}", r#"{"HostConfig":{"NetworkMode":"host"}}"#),
        (r#"{"HostConfig":{"Mas\u212aedPaths":[]}}"#, r#"{"HostConfig":{"MaskedPaths":[]}}"#),
        (r#"{"Host\u0043onfig":{"Binds":["\/a:/b"]}}"#, r#"{"HostConfig":{"Binds":["/a:/b"]}}"#),
    ];
    for (body, canonical) in folds {
        assert_eq!(create(body), canonical);
    }
    assert_eq!(unknown("{\"HostConf\u{130}g\":{\"Privileged\":true}}"), ["HostConf\u{130}g"]);
    assert_eq!(unknown("{\"HostConfig\\u0000\":{\"Privileged\":true}}"), ["HostConfig\0"]);
}

#[test]
fn a_key_in_two_spellings_is_refused() {
    let twice = [
        r#"{"HostConfig":{},"hostconfig":{"Privileged":true}}"#,
        r#"{"HostConfig":{"Privileged":true},"HOSTCONFIG":null}"#,
        "{\"HostConfig\":{\"Binds\":[],\"bind\u{17f}\":[\"/:/h\"]}}",
        r#"{"Labels":{"a":"1"},"labels":{}}"#,
        r#"{"strange":0,"STRANGE":0}"#,
    ];
    for body in twice {
        assert!(refused(body).contains("twice"), "{body}");
    }
    assert!(json::read(br#"{"HostConfig":{},"HostConfig":{}}"#).is_err());
}

/// `{"Labels": {"a": ..., "A": ...}}` are two labels, and one key twice is none that can be told.
#[test]
fn keys_of_maps_are_the_client_s_own() {
    assert_eq!(create(r#"{"labels":{"B":"1","b":"2","ſ":"3"}}"#), r#"{"Labels":{"B":"1","b":"2","ſ":"3"}}"#);
    let ports = r#"{"HostConfig":{"PortBindings":{"80/TCP":[{"hostport":"0022"}],"80":[]}}}"#;
    assert_eq!(create(ports), r#"{"HostConfig":{"PortBindings":{"80/TCP":[{"HostPort":"0022"}],"80":[]}}}"#);
    assert!(json::read(br#"{"Labels":{"a":"1","a":"2"}}"#).is_err());
}

#[test]
fn null_is_nothing() {
    assert_eq!(create(r#"{"Image":null,"Tty":null,"Env":null,"Labels":null,"HostConfig":null}"#), "{}");
    assert_eq!(create(r#"{"HostConfig":{"PidsLimit":null,"CapAdd":null,"Init":null}}"#), r#"{"HostConfig":{}}"#);
}

/// Go keeps the key, with a zero text, a nil list or a nil pointer.
#[test]
fn null_in_a_map_is_a_key_all_the_same() {
    assert_eq!(create(r#"{"Labels":{"a":null}}"#), r#"{"Labels":{"a":""}}"#);
    assert_eq!(create(r#"{"Volumes":{"/x":null}}"#), r#"{"Volumes":{"/x":null}}"#);
    let ports = r#"{"HostConfig":{"PortBindings":{"80/tcp":null}}}"#;
    assert_eq!(create(ports), ports);
    let networks = r#"{"NetworkingConfig":{"EndpointsConfig":{"n":null,"m":{}}}}"#;
    assert_eq!(create(networks), networks);
}

/// In Go it keeps what an earlier list had in this place.
#[test]
fn null_in_a_list_is_refused() {
    let bodies = [
        (r#"{"HostConfig":{"Binds":["/a:/a",null]}}"#, "`HostConfig.Binds[]` of the body is `null`"),
        (r#"{"Cmd":[null]}"#, "`Cmd[]` of the body is `null`"),
        (r#"{"HostConfig":{"Mounts":[null]}}"#, "`HostConfig.Mounts[]` of the body is `null`"),
        (r#"{"HostConfig":{"PortBindings":{"80/tcp":[null]}}}"#, "`HostConfig.PortBindings{}[]` of the body is `null`"),
    ];
    for (body, message) in bodies {
        assert_eq!(refused(body), message);
    }
}

#[test]
fn zero_values_that_docker_tells_from_absent_ones_stay() {
    let kept = [
        r#"{"Cmd":[],"Entrypoint":[]}"#,
        r#"{"Entrypoint":[""]}"#,
        r#"{"HostConfig":{"MaskedPaths":[],"ReadonlyPaths":[]}}"#,
        r#"{"HostConfig":{"Init":false,"MemorySwappiness":0,"OomKillDisable":false,"PidsLimit":0}}"#,
        r#"{"Healthcheck":{"Test":[]},"StopTimeout":0}"#,
        r#"{"HostConfig":{}}"#,
    ];
    for body in kept {
        assert_eq!(create(body), body);
    }
}

#[test]
fn a_text_is_a_list_of_one_where_go_says_so() {
    let body = r#"{"Cmd":"ls","Entrypoint":"sh","Shell":"sh","HostConfig":{"CapAdd":"ALL","CapDrop":"MKNOD"}}"#;
    let lists =
        r#"{"Cmd":["ls"],"Entrypoint":["sh"],"Shell":["sh"],"HostConfig":{"CapAdd":["ALL"],"CapDrop":["MKNOD"]}}"#;
    assert_eq!(create(body), lists);
    assert_eq!(refused(r#"{"HostConfig":{"Binds":"/:/h"}}"#), "`HostConfig.Binds` of the body is not a list");
    let exec = read(r#"{"Cmd":"ls"}"#, &fields::CONTAINER_EXEC).unwrap_err();
    assert_eq!(exec.message, "`Cmd` of the body is not a list");
}

#[test]
fn values_have_the_types_that_docker_reads() {
    let bodies = [
        (r#"{"Tty":1}"#, "`Tty` of the body is not `true` or `false`"),
        (r#"{"Tty":"true"}"#, "`Tty` of the body is not `true` or `false`"),
        (r#"{"Image":1}"#, "`Image` of the body is not a text"),
        (r#"{"StopTimeout":"1"}"#, "`StopTimeout` of the body is not a whole number"),
        (r#"{"Labels":{"a":1}}"#, "`Labels{}` of the body is not a text"),
        (r#"{"Labels":["a=1"]}"#, "`Labels` of the body is not a JSON object"),
        (r#"{"Cmd":{"a":1}}"#, "`Cmd` of the body is not a list of texts or a text"),
        (r#"{"HostConfig":[]}"#, "`HostConfig` of the body is not a JSON object"),
        (r#"{"HostConfig":{"Mounts":{}}}"#, "`HostConfig.Mounts` of the body is not a list"),
        ("[]", "the body is not a JSON object"),
        ("\"x\"", "the body is not a JSON object"),
        ("null", "the body is not a JSON object"),
    ];
    for (body, message) in bodies {
        assert_eq!(refused(body), message);
    }
}

#[test]
fn numbers_are_whole_and_plain() {
    for number in ["0", "-1", "9223372036854775807", "-9223372036854775808"] {
        let body = format!(r#"{{"HostConfig":{{"Memory":{number}}}}}"#);
        assert_eq!(create(&body), body);
    }
    for number in ["1e8", "1.0", "1E0", "-0", "9223372036854775808", "1e999", "0.5"] {
        let message = refused(&format!(r#"{{"HostConfig":{{"Memory":{number}}}}}"#));
        assert_eq!(message, "`HostConfig.Memory` of the body is not a whole number of 64 bits in its plain spelling");
    }
    let ratio = r#"{"UpdateConfig":{"MaxFailureRatio":1.50e-1}}"#;
    assert_eq!(read(ratio, &fields::SERVICE_WRITE).unwrap().0.canonical(), ratio);
}

/// What is refused as JSON already: data behind the value, bytes that are not UTF-8, great depth.
#[test]
fn what_is_not_plain_json_never_becomes_a_tree() {
    let deep = format!("{}{}", r#"{"HostConfig":"#.repeat(9000), "}".repeat(9000));
    let bodies: &[&[u8]] = &[
        b"{}{}",
        b"{}]{\"HostConfig\":{\"Privileged\":true}}",
        b"{}}",
        b"{}\0",
        b"\xef\xbb\xbf{}",
        b"{\"Image\":\"\xc0\xaf\"}",
        b"{\"Image\":\"\\ud800\"}",
        b"{\"Image\":\"a\nb\"}",
        b"{\"Image\":\"a\",}",
        b"{\"StopTimeout\":NaN}",
        deep.as_bytes(),
    ];
    for body in bodies {
        assert!(json::read(body).is_err(), "{}", String::from_utf8_lossy(body));
    }
}

/// An older dockerd applies them whenever `HostConfig` is missing.
#[test]
fn fields_of_the_host_config_at_the_top_are_unknown() {
    let body = r#"{"Image":"x","Privileged":true,"Binds":["/:/h"],"pidmode":"host","Memory":1,"Cpuset":"0"}"#;
    assert_eq!(unknown(body), ["Privileged", "Binds", "pidmode", "Memory", "Cpuset"]);
    assert_eq!(read(body, &fields::CONTAINER_CREATE).unwrap().0.canonical(), r#"{"Image":"x"}"#);
    assert_eq!(unknown(r#"{"HostConfig":null,"CapAdd":["ALL"]}"#), ["CapAdd"]);
    let zero = r#""Privileged":false,"Binds":[],"PidMode":"","Memory":0,"Runtime":null,"Tmpfs":{}"#;
    let named = ["Privileged", "Binds", "PidMode", "Memory", "Tmpfs"];
    assert_eq!(create(&format!(r#"{{{zero},"HostConfig":{{}}}}"#)), r#"{"HostConfig":{}}"#);
    assert_eq!(unknown(&format!("{{{zero}}}")), named);
    assert_eq!(unknown(&format!(r#"{{"HostConfig":null,{zero}}}"#)), named);
    assert_eq!(create(r#"{"Runtime":null,"Shiny":false}"#), "{}");
}

#[test]
fn unknown_fields_are_named_up_to_a_bound() {
    let fields: Vec<String> = (0..1000).map(|number| format!("\"X{number}\":1")).collect();
    assert_eq!(unknown(&format!("{{{}}}", fields.join(","))).len(), 16);
}

#[test]
fn what_the_table_does_not_have_is_named() {
    let body = r#"{"Config":{"Image":"x"},"HostConfig":{"Resources":{"Memory":1},"Mounts":[{},{"Shiny":1}]},
                   "Volumes":{"/x":{"y":1}},"NetworkingConfig":{"EndpointsConfig":{"n":{"New":[0]}}}}"#;
    let paths = [
        "Config",
        "HostConfig.Resources",
        "HostConfig.Mounts[].Shiny",
        "Volumes{}.y",
        "NetworkingConfig.EndpointsConfig{}.New",
    ];
    assert_eq!(unknown(body), paths);
}

#[test]
fn bodies_that_are_lists() {
    let install = r#"[{"name":"mount","description":"","value":["/x"]}]"#;
    let (tree, _) = read(install, &fields::PLUGIN_INSTALL).unwrap();
    assert_eq!(tree.canonical(), r#"[{"Name":"mount","Description":"","Value":["/x"]}]"#);
    for body in ["null", "[]"] {
        assert_eq!(read(body, &fields::PLUGIN_INSTALL).unwrap().0.canonical(), body);
    }
    assert_eq!(read(r#"["A=b"]"#, &fields::PLUGIN_SET).unwrap().0.canonical(), r#"["A=b"]"#);
    assert!(read("{}", &fields::PLUGIN_SET).is_err());
}

#[test]
fn bytes_are_base64() {
    let secret = |data: &str| read(&format!(r#"{{"Name":"s","Data":{data}}}"#), &fields::SECRET_WRITE);
    for data in [r#""""#, r#""aGk=""#, r#""aG8+/w==""#] {
        assert_eq!(secret(data).unwrap().0.canonical(), format!(r#"{{"Name":"s","Data":{data}}}"#));
    }
    for data in [r#""a""#, r#""aGk""#, r#""aG-_""#, r#""a===""#, r#""aGk=aGk=""#, "[104,105]"] {
        assert!(secret(data).is_err(), "{data}");
    }
}

#[test]
fn text_is_escaped_as_json_demands() {
    let body = r#"{"Env":["a=\"\\\u0000\n\t\u001f\u007f/é😀"]}"#;
    let canonical = create(body);
    assert_eq!(canonical, "{\"Env\":[\"a=\\\"\\\\\\u0000\\u000a\\u0009\\u001f\u{7f}/é😀\"]}");
    assert_eq!(create(&canonical), canonical);
}

#[test]
fn values_are_found_by_docker_s_names() {
    let (tree, _) = read(r#"{"cmd":["a","b"],"image":"x"}"#, &fields::CONTAINER_CREATE).unwrap();
    assert_eq!(tree.get("Image").and_then(Tree::text), Some("x"));
    assert_eq!(tree.get("Cmd").map(|list| list.items().len()), Some(2));
    assert_eq!(tree.get("image"), None);
}
