use super::*;
use crate::catalogue::{Answer, Op};

/// Shows all but elements that say `no`.
struct ButNo;

impl Judge for ButNo {
    fn judge(&mut self, _: &'static Section, element: &[u8], out: &mut Vec<u8>) -> Result<bool, Broken> {
        out.extend_from_slice(element);
        Ok(!element.windows(4).any(|window| window == b"\"no\""))
    }
}

/// What is written if the answer comes in pieces that end there.
fn cut_at(op: Op, answer: &str, ends: &[usize]) -> Result<String, String> {
    let mut cutter = Cutter::new(Answer::of(op).unwrap().sections);
    let (mut out, mut from) = (Vec::new(), 0);
    for end in ends.iter().copied().chain([answer.len()]) {
        cutter.feed(&answer.as_bytes()[from..end], &mut out, &mut ButNo).map_err(|broken| broken.to_string())?;
        from = end;
    }
    assert!(cutter.held.len() <= MAX_ELEMENT);
    if cutter.may_end() { Ok(String::from_utf8(out).unwrap()) } else { Err(Broken::Ended.to_string()) }
}

/// The same however it is split.
fn cut(op: Op, answer: &str) -> Result<String, String> {
    let whole = cut_at(op, answer, &[]);
    for end in 0..answer.len() {
        assert_eq!(cut_at(op, answer, &[end]), whole, "split at {end} of {answer}");
    }
    let all: Vec<usize> = (0..answer.len()).collect();
    assert_eq!(cut_at(op, answer, &all), whole, "byte by byte: {answer}");
    whole
}

#[test]
fn elements_go_and_what_is_around_them_stays() {
    let cases = [
        (Op::ContainerList, "[]\n", "[]\n"),
        (Op::ContainerList, "null\n", "null\n"),
        (Op::ContainerList, "null", "null"),
        (Op::ContainerList, r#"[{"a":"no"}]"#, "[]"),
        (
            Op::ContainerList,
            r#"[{"a":1.50},{"a":"no"},{"b":"}]\"{"},{"c":[{}]}]"#,
            r#"[{"a":1.50},{"b":"}]\"{"},{"c":[{}]}]"#,
        ),
        (Op::ContainerList, r#"[{"a":"no"},{"b":18446744073709551615}]"#, r#"[{"b":18446744073709551615}]"#),
        (Op::ContainerList, " [ {\"a\": 1} , {\"b\":\"no\"} ] ", "[{\"a\": 1}] "),
        (
            Op::VolumeList,
            r#"{"Volumes":[{"a":"no"},{"b":2}],"Warnings":null}"#,
            r#"{"Volumes":[{"b":2}],"Warnings":null}"#,
        ),
        (Op::VolumeList, r#"{"Volumes":null,"Warnings":["x]"]}"#, r#"{"Volumes":null,"Warnings":["x]"]}"#),
        (Op::VolumeList, "{}", "{}"),
        (
            Op::SystemDataUsage,
            r#"{"LayersSize":12,"Images":[{"i":1}],"Other":{"x":[1,{"Images":"no"}]},"Containers":[{"c":"no"}],"Flag":true}"#,
            r#"{"LayersSize":12,"Images":[{"i":1}],"Other":{"x":[1,{"Images":"no"}]},"Containers":[],"Flag":true}"#,
        ),
        (
            Op::SystemDataUsage,
            r#"{"ImageUsage":{"TotalSize":1,"Items":[{"i":"no"},{"j":1}]},"VolumeUsage":{"Items":null}}"#,
            r#"{"ImageUsage":{"TotalSize":1,"Items":[{"j":1}]},"VolumeUsage":{"Items":null}}"#,
        ),
        (Op::ContainerInspect, "{\"a\":\"\\\\\"}\n", "{\"a\":\"\\\\\"}\n"),
        (Op::SystemEvents, "{\"a\":1}\n{\"a\":\"no\"}\n\u{1e}{\"b\":2}\n", "{\"a\":1}\n\u{1e}{\"b\":2}\n"),
        (Op::SystemEvents, "", ""),
    ];
    for (op, answer, expected) in cases {
        assert_eq!(cut(op, answer).as_deref(), Ok(expected), "{answer}");
    }
}

#[test]
fn what_is_not_understood_ends_it() {
    let cases = [
        (Op::ContainerList, "{}"),
        (Op::ContainerList, "[1]"),
        (Op::ContainerList, "[[]]"),
        (Op::ContainerList, "[{},]"),
        (Op::ContainerList, "[{} {}]"),
        (Op::ContainerList, "[,{}]"),
        (Op::ContainerList, "[]x"),
        (Op::ContainerList, "[][]"),
        (Op::ContainerList, "\"x\""),
        (Op::ContainerList, "<html>"),
        (Op::VolumeList, "[]"),
        (Op::VolumeList, r#"{"Volumes":{}}"#),
        (Op::VolumeList, r#"{"Volumes" []}"#),
        (Op::VolumeList, r#"{"Warnings":1]"#),
        (Op::VolumeList, r#"{"Warnings":null,}"#),
        (Op::VolumeList, r#"{"Warnings":,}"#),
        (Op::ContainerInspect, "[]"),
        (Op::ContainerInspect, "null"),
        (Op::SystemEvents, "[]"),
    ];
    for (op, answer) in cases {
        assert_eq!(cut(op, answer), Err(Broken::Shape.to_string()), "{answer}");
    }
    assert_eq!(cut(Op::ContainerInspect, r#"{"a":"no"}"#), Err(Broken::Hidden.to_string()));
}

#[test]
fn an_answer_that_ends_early_is_not_whole() {
    let whole = r#"{"Volumes":[{"a":1}],"Warnings":null}"#;
    for end in 0..whole.len() {
        assert_eq!(cut_at(Op::VolumeList, &whole[..end], &[]), Err(Broken::Ended.to_string()), "{}", &whole[..end]);
    }
    assert_eq!(cut_at(Op::SystemEvents, "{\"a\":1}\n{\"b\"", &[]), Err(Broken::Ended.to_string()));
}

#[test]
fn an_element_is_bounded_and_what_passes_is_not() {
    let large = "x".repeat(MAX_ELEMENT);
    assert_eq!(cut_at(Op::ContainerList, &format!("[{{\"a\":\"{large}\"}}]"), &[]), Err(Broken::Large.to_string()));
    let around = format!("{{\"Warnings\":[\"{large}\"],\"Volumes\":[]}}");
    assert_eq!(cut_at(Op::VolumeList, &around, &[]).as_ref(), Ok(&around));
}
