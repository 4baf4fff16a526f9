//! The judges can say no: documents that are almost right.

use super::Documents;
use serde_json::json;

fn sarif(change: impl Fn(&mut serde_json::Value)) -> String {
    let mut log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "someone", "semanticVersion": "1.0.0", "rules": [{
                "id": "a-rule",
                "name": "ARule",
                "shortDescription": {"text": "a rule"},
                "fullDescription": {"text": "A rule."},
                "help": {"text": "Help."},
            }]}},
            "columnKind": "unicodeCodePoints",
            "results": [{
                "ruleId": "a-rule",
                "ruleIndex": 0,
                "level": "error",
                "message": {"text": "it is wrong"},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": "a/b.c"},
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2},
                }}],
                "partialFingerprints": {"a/v1": "b"},
            }],
        }],
    });
    change(&mut log);
    log.to_string()
}

fn gitlab(fingerprints: [&str; 2], severity: &str) -> String {
    let issues = fingerprints.map(|fingerprint| {
        json!({
            "type": "issue",
            "check_name": "a-rule",
            "description": "it is wrong",
            "categories": ["Bug Risk"],
            "severity": severity,
            "fingerprint": fingerprint,
            "location": {"path": "a/b.c", "lines": {"begin": 1}},
        })
    });
    json!(issues).to_string()
}

fn junit(tests: usize, attribute: &str) -> String {
    format!(
        "<testsuites><testsuite name=\"a\" tests=\"{tests}\" failures=\"0\" errors=\"0\">\
         <testcase name=\"b\" classname=\"a\" {attribute}/></testsuite></testsuites>"
    )
}

#[test]
fn what_is_almost_right_is_refused() {
    let documents = Documents::new();
    let wrong = [
        (
            "no-version.sarif",
            sarif(|log| log["version"] = json!("2.0.0")),
        ),
        (
            "unknown-field.sarif",
            sarif(|log| log["runs"][0]["results"][0]["severity"] = json!("high")),
        ),
        (
            "column-zero.sarif",
            sarif(|log| {
                let place = &mut log["runs"][0]["results"][0]["locations"][0];
                place["physicalLocation"]["region"]["startColumn"] = json!(0);
            }),
        ),
        (
            "end-before-start.sarif",
            sarif(|log| {
                let place = &mut log["runs"][0]["results"][0]["locations"][0];
                place["physicalLocation"]["region"]["startColumn"] = json!(5);
            }),
        ),
        (
            "no-place.sarif",
            sarif(|log| log["runs"][0]["results"][0]["locations"] = json!([])),
        ),
        (
            "uri-with-blanks.sarif",
            sarif(|log| {
                let place = &mut log["runs"][0]["results"][0]["locations"][0];
                place["physicalLocation"]["artifactLocation"]["uri"] = json!("a b%zz.c");
            }),
        ),
        (
            "another-rule.sarif",
            sarif(|log| log["runs"][0]["results"][0]["ruleIndex"] = json!(7)),
        ),
        ("twice.gitlab.json", gitlab(["1", "1"], "major")),
        ("severity.gitlab.json", gitlab(["1", "2"], "error")),
        ("attribute.junit.xml", junit(1, "line=\"7\"")),
        ("count.junit.xml", junit(2, "")),
    ];
    for (name, text) in &wrong {
        documents.add(name, text);
    }
    let right = [
        ("right.sarif", sarif(|_| {})),
        ("right.gitlab.json", gitlab(["1", "2"], "major")),
        ("right.junit.xml", junit(1, "")),
    ];
    for (name, text) in &right {
        documents.add(name, text);
    }
    let told = documents.judged();
    for (name, _) in &wrong {
        assert!(!told[*name].wrong.is_empty(), "{name} is let through");
    }
    for (name, _) in &right {
        assert!(told[*name].wrong.is_empty(), "{name}: {:?}", told[*name]);
    }
}
