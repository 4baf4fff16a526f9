"""Plays a pipeline that `tenure init` wrote, step by step, as its runner would, in a clone of a repository.

    play.py github REPOSITORY BRANCH [VARIABLE=VALUE …]
    play.py gitlab REPOSITORY BRANCH [VARIABLE=VALUE …]

The event is a merge request of BRANCH into main. Only the server to which the effect is posted stands on this machine:
it answers as the pages of GitHub's REST API (issue comments) and GitLab's (notes) say, and refuses what they refuse. What
each step prints goes to stderr; at the end there is a JSON object on stdout: `steps` (name, and exit code or "skipped"),
`comments` on the merge request, `summary`.
"""

import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from pathlib import Path

import yaml

TOKEN = "a-token-of-the-test"
# Longer than a page, so that a comment of an earlier run is found on the second one.
OTHERS = 130


class Comments(http.server.BaseHTTPRequestHandler):
    """Comments of one merge request, in pages."""

    kept: dict = {}
    patched = "PATCH"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def allowed(self):
        if self.headers.get("Authorization") == f"Bearer {TOKEN}" or self.headers.get("PRIVATE-TOKEN") == TOKEN:
            return True
        self.answer(401, {"message": "401 Unauthorized"})
        return False

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self):
        if not self.allowed():
            return
        url = urllib.parse.urlsplit(self.path)
        asked = urllib.parse.parse_qs(url.query)
        size, page = int(asked["per_page"][0]), int(asked["page"][0])
        if not LIST.fullmatch(url.path) or size > 100:
            self.answer(404, {"message": "404 Not Found"})
            return
        every = list(self.kept.values())
        self.answer(200, every[(page - 1) * size : page * size])

    def do_POST(self):
        if not self.allowed():
            return
        if not LIST.fullmatch(self.path):
            self.answer(404, {"message": "404 Not Found"})
            return
        made = {"id": len(self.kept) + 1, "body": self.body()["body"], "user": {"type": "Bot"}}
        self.kept[made["id"]] = made
        self.answer(201, made)

    def change(self):
        if not self.allowed():
            return
        found = ONE.fullmatch(self.path)
        if not found or self.command != self.patched or int(found[1]) not in self.kept:
            self.answer(404, {"message": "404 Not Found"})
            return
        self.kept[int(found[1])]["body"] = self.body()["body"]
        self.answer(200, self.kept[int(found[1])])

    do_PATCH = do_PUT = change

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Comments)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def shell(script, folder, environment):
    """What the runners of both do: a shell that ends with the first command that fails."""
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=folder, env=environment, stdout=sys.stderr, check=False,
    )
    return done.returncode


def expression(text, context, folder, failed):
    """The value of a GitHub expression, of the few forms that the workflow has."""

    def look(name):
        value = context
        for part in name.split("."):
            value = (value or {}).get(part)
        return "" if value is None else value

    terms = {
        "always()": "True",
        "&&": " and ",
        "||": " or ",
    }
    for theirs, ours in terms.items():
        text = text.replace(theirs, ours)
    text = re.sub(r"hashFiles\('([^']*)'\)", lambda m: repr("x" if (folder / m[1]).exists() else ""), text)
    text = re.sub(r"\b((?:github|vars|secrets)(?:\.[a-zA-Z0-9_]+)+)", lambda m: repr(look(m[1])), text)
    return eval(text, {"__builtins__": {}})  # noqa: S307 - our own workflow


def github(folder, branch, variables, base):
    workflow = yaml.safe_load((folder / ".github/workflows/policy.yml").read_text())
    scratch = Path(tempfile.mkdtemp())
    event = scratch / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    path, summary = scratch / "path", scratch / "summary"
    path.touch()
    summary.touch()
    context = {
        "github": {
            "event_name": "pull_request", "base_ref": "main", "repository": "o/r", "token": TOKEN, "ref": branch,
            "event": {"pull_request": {"head": {"repo": {"full_name": "o/r"}}}},
        },
        "vars": variables,
    }
    steps, failed = [], False
    for step in workflow["jobs"]["policy"]["steps"]:
        name = step.get("name", step.get("uses"))
        condition = step.get("if", "success()")
        always = "always()" in condition
        wanted = condition == "success()" or expression(condition, context, folder, failed)
        if not wanted or (failed and not always):
            steps.append([name, "skipped"])
            continue
        if "uses" in step:
            assert step["uses"].startswith("actions/checkout@"), step
            assert step["with"] == {"fetch-depth": 0, "persist-credentials": False}, step
            steps.append([name, 0])
            continue
        environment = {
            **os.environ, "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_API_URL": base, "GITHUB_REPOSITORY": "o/r",
            "GITHUB_EVENT_PATH": str(event), "GITHUB_PATH": str(path), "GITHUB_STEP_SUMMARY": str(summary),
        }
        added = path.read_text().split()
        environment["PATH"] = ":".join([*reversed(added), environment["PATH"]])
        for key, value in (step.get("env") or {}).items():
            value = re.sub(r"\$\{\{ *(.*?) *\}\}", lambda m: str(expression(m[1], context, folder, failed)), str(value))
            environment[key] = value
        code = shell(step["run"], folder, environment)
        failed |= code != 0
        steps.append([name, code])
    return steps, summary.read_text()


def gitlab(folder, branch, variables, base):
    pipeline = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())
    steps = []
    for name in ("policy", "effect"):
        job = pipeline[name]
        before = pipeline["default"]["before_script"]
        # The image has no tools, and the machine of the tests has: the line that gets them is theirs to run as root.
        if os.geteuid() != 0:
            before = [line for line in before if not line.startswith("apt-get ")]
        environment = {
            **os.environ, "GITLAB_CI": "true", "CI": "true", "CI_API_V4_URL": base, "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_PROJECT_DIR": str(folder),
            **variables,
        }
        environment.pop("GITHUB_ACTIONS", None)
        # The lines of a job are one shell, and the first that fails ends it.
        code = shell("\n".join([*before, *job["script"]]), folder, environment)
        steps.append([name, code])
        for kind, path in (job.get("artifacts", {}).get("reports") or {}).items():
            steps.append([f"{name}: {kind}", 0 if (folder / path).stat().st_size else 1])
    return steps, ""


kind, repository, branch, *rest = sys.argv[1:]
given = dict(one.split("=", 1) for one in rest)
posted = given.pop("COMMENTS", "")
if kind == "github":
    LIST = re.compile("/repos/o/r/issues/7/comments")
    ONE = re.compile("/repos/o/r/issues/comments/([0-9]+)")
else:
    LIST = re.compile("/projects/3/merge_requests/7/notes")
    ONE = re.compile("/projects/3/merge_requests/7/notes/([0-9]+)")
    Comments.patched = "PUT"
Comments.kept = {number: {"id": number, "body": "a remark", "user": {"type": "User"}} for number in range(1, OTHERS + 1)}
if posted:
    Comments.kept[OTHERS + 1] = {"id": OTHERS + 1, "body": posted, "user": {"type": "Bot"}}
with tempfile.TemporaryDirectory() as scratch:
    clone = Path(scratch) / "work"
    subprocess.run(["git", "clone", "--quiet", "--branch", branch, repository, str(clone)], check=True, stdout=sys.stderr)
    play = github if kind == "github" else gitlab
    steps, summary = play(clone, branch, given, serve())
comments = [one["body"] for one in Comments.kept.values() if one["body"] != "a remark"]
json.dump({"steps": steps, "comments": comments, "summary": summary}, sys.stdout)
