//! Results as JUnit XML, which most CI servers show: a suite for each policy, a case for each test.

use super::suite::{Count, Suite};
use crate::policy::CaseResult;
use std::fmt::Write;

pub(super) fn text(suites: &[Suite]) -> String {
    let Count { passed, failed, bad } = Count::of(suites);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = passed + failed + bad;
    // writing to a string cannot fail
    let _ = writeln!(out, "<testsuites name=\"dockgate\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{bad}\">");
    suites.iter().for_each(|suite| push_suite(&mut out, suite));
    out.push_str("</testsuites>\n");
    out
}

fn push_suite(out: &mut String, suite: &Suite) {
    let name = escaped(&suite.name());
    let Count { passed, failed, bad } = Count::of(std::slice::from_ref(suite));
    let tests = passed + failed + bad;
    let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{bad}\">");
    if let Err(unusable) = &suite.ran {
        let why = escaped(&unusable.text());
        let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"is a policy\">");
        let _ = writeln!(out, "      <error message=\"it is no policy\">{why}</error>\n    </testcase>");
    }
    suite.results().iter().for_each(|result| push_case(out, &name, result));
    out.push_str("  </testsuite>\n");
}

fn push_case(out: &mut String, suite: &str, result: &CaseResult) {
    let (it, file, line) = (escaped(&result.it), escaped(&result.place.file), result.place.line);
    let _ = write!(out, "    <testcase classname=\"{suite}\" name=\"{it}\" file=\"{file}\" line=\"{line}\"");
    let Some(failure) = &result.failure else {
        return out.push_str("/>\n");
    };
    let message = escaped(&format!("expected {}", failure.expected));
    let text = escaped(&format!("expected {}\ncame {}\nat {}", failure.expected, failure.came, result.place));
    let _ = writeln!(out, ">\n      <failure message=\"{message}\">{text}</failure>\n    </testcase>");
}

/// Text for an element or an attribute. What XML cannot hold at all, not even escaped, is spelled out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(out, "{}", c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn no_text_breaks_out_of_its_place() {
        assert_eq!(escaped("<a b=\"c\" d='e'>&amp;]]>"), "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;]]&gt;");
    }

    #[test]
    fn what_xml_cannot_hold_is_spelled_out() {
        assert_eq!(escaped("a\0b\u{1b}[2J\u{ffff}\u{9b}"), "a\\u{0}b\\u{1b}[2J\\u{ffff}\\u{9b}");
        // a reader of attributes would turn bare line ends into spaces
        assert_eq!(escaped("a\r\n\tb grün"), "a&#13;&#10;&#9;b grün");
    }
}
