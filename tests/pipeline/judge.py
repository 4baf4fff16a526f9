"""Judges documents for pipelines: by their published schemas, by validators, and by readers that know nothing of us.

    judge.py FOLDER DOCUMENTS

FOLDER is what `install` prints. DOCUMENTS is a folder of `*.sarif`, `*.gitlab.json` and `*.junit.xml`. Prints one JSON
object: for each document what is wrong with it, and what its reader found in it.
"""

import json
import os
import pathlib
import subprocess
import sys

import jsonschema
import xmlschema
from junitparser import JUnitXml
from sarif import loader
from sarif.operations import codeclimate_op

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}

# There is no page on the web to name; the validator would have one.
NOT_OURS = {"SARIF2005"}


def sarif(folder, paths):
    """By the schema of the validator's package, by the validator, and as sarif-tools converts it for GitLab."""
    schema = json.loads((folder / "sarif/sarif-2.1.0.json").read_text("utf-8"))
    checker = jsonschema.Draft202012Validator(schema)
    told = {}
    for path in paths:
        log = json.loads(path.read_text("utf-8"))
        wrong = [error.message for error in checker.iter_errors(log)]
        read = []
        if not wrong:
            converted = path.with_suffix(".converted")
            codeclimate_op._write_to_json(loader.load_sarif_file(str(path)).get_records(), str(converted))
            read = [entry(issue) for issue in json.loads(converted.read_text("utf-8"))]
        told[path.name] = {"wrong": wrong, "read": read}
    if not paths:
        return told
    report = paths[0].parent / "validated.json"
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    # It would ask the web whether the schema is there.
    for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]:
        environment[name] = "http://127.0.0.1:9"
    order = [folder / "sarif/Sarif.Multitool", "validate", *paths, "--rule-kind", "Sarif;Ghas"]
    order += ["--level", "Error;Warning", "--output", report]
    ended = subprocess.run(order, env=environment, capture_output=True, text=True)
    if not report.exists():
        raise SystemExit(f"the validator of SARIF did not run: {ended.stdout}{ended.stderr}")
    run = json.loads(report.read_text("utf-8"))["runs"][0]
    for result in run["results"]:
        if result["ruleId"] not in NOT_OURS:
            name = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].rsplit("/", 1)[-1]
            told[name]["wrong"].append(f"{result['ruleId']}: {result['message']}")
    for invocation in run["invocations"]:
        if not invocation["executionSuccessful"]:
            raise SystemExit(f"the validator of SARIF broke off: {invocation}")
    return told


def entry(issue):
    place = issue["location"]
    return [issue["severity"], issue["check_name"], place["path"], place["lines"]["begin"], issue["description"]]


def gitlab(path):
    """By what GitLab's documentation asks of a code quality report."""
    wrong, read, seen = [], [], set()

    def need(holds, what):
        if not holds:
            wrong.append(what)

    issues = json.loads(path.read_text("utf-8"))
    need(isinstance(issues, list), "no array")
    for issue in issues:
        for field in ["description", "check_name", "fingerprint", "severity"]:
            need(isinstance(issue.get(field), str) and issue[field], f"no {field}")
        need("\n" not in issue["description"], "a description of several lines")
        need(issue["severity"] in SEVERITIES, f"severity {issue['severity']}")
        need(issue["fingerprint"] not in seen, f"fingerprint {issue['fingerprint']} twice")
        seen.add(issue["fingerprint"])
        place = issue.get("location", {}).get("path", "")
        need(place and not place.startswith(("./", "/")), f"path {place!r}")
        begin = issue.get("location", {}).get("lines", {}).get("begin")
        need(isinstance(begin, int) and begin > 0, f"line {begin!r}")
        # What Code Climate asks for beside.
        need(issue.get("type") == "issue", "no type")
        need(issue.get("categories") == ["Bug Risk"], "no category")
        read.append(entry(issue))
    return {"wrong": wrong, "read": read}


def junit(schema, path):
    """By the schema that Jenkins publishes, and as junitparser reads it."""
    wrong = [error.reason for error in schema.iter_errors(str(path))]
    report = JUnitXml.fromfile(str(path))
    read = []
    for suite in report:
        cases = list(suite)
        failed = [case for case in cases if case.result]
        if (suite.tests, suite.failures, suite.errors) != (len(cases), len(failed), 0):
            wrong.append(f"the counts of {suite.name!r}")
        for case in cases:
            results = [[one.type, one.message, one.text] for one in case.result]
            read.append([suite.name, case.classname, case.name, results, case.system_out])
    return {"wrong": wrong, "read": read}


def main():
    folder, documents = map(pathlib.Path, sys.argv[1:])
    told = sarif(folder, sorted(documents.glob("*.sarif")))
    for path in sorted(documents.glob("*.gitlab.json")):
        told[path.name] = gitlab(path)
    schema = xmlschema.XMLSchema(str(folder / "junit/test/resources/jenkins-junit.xsd"))
    for path in sorted(documents.glob("*.junit.xml")):
        told[path.name] = junit(schema, path)
    json.dump(told, sys.stdout)


main()
