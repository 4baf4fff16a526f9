"""A real S3-compatible server for tests: moto on a loopback port, which checks signatures with Amazon's own library.

    s3.py FOLDER [--tls] [--page NAMES] [--port PORT]

prints its port, an access key and its secret, a line each, and serves until its standard input ends. It has a bucket
`bucket`. With --tls it takes cert.pem and key.pem of FOLDER. With --page a list has so many names at most.

FOLDER/answers.json, read anew each time, says what is answered instead of what moto would: a list of
[METHOD, ANSWER, TIMES], each used up. ANSWER is a status with the code of an error (`503 SlowDown`), or `vanish`: moto
does what it is asked, and the connection is cut before the answer; `hang`: the same, and the answer comes too late, while
FOLDER/hanging tells so; or `nonsense`, which is no XML.
FOLDER/skew has the seconds by which the clock of the server is ahead; a request that is a quarter of an hour off is
refused, as Amazon does and moto does not.

Beside S3, for the tests alone: GET /_objects is a JSON object of all keys with their content, PUT /_objects/KEY puts one
there, DELETE /_objects/KEY removes it.
"""

import argparse
import datetime
import json
import os
import socket
import ssl
import sys
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--tls", action="store_true")
parser.add_argument("--page", type=int)
parser.add_argument("--port", type=int, default=0)
options = parser.parse_args()
if options.page:
    os.environ["MOTO_S3_DEFAULT_MAX_KEYS"] = str(options.page)
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "setting-up"

import boto3
from moto import settings
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "bucket"
ACCOUNT = "123456789012"
SKEW = datetime.timedelta(minutes=15)


def path(name):
    return os.path.join(options.folder, name)


def read(name, other):
    try:
        with open(path(name)) as file:
            return json.load(file)
    except FileNotFoundError:
        return other


def answer(method):
    """The answer that is due instead of the usual one, if any; it is used up."""
    answers = read("answers.json", [])
    for entry in answers:
        if entry[0] == method and entry[2] > 0:
            entry[2] -= 1
            with open(path("answers.json"), "w") as file:
                json.dump(answers, file)
            return entry[1]
    return None


def error(start, status, code):
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>said &amp; done</Message></Error>"
    start(status, [("content-type", "application/xml")])
    return [body.encode()]


def too_skewed(environ):
    stamp = environ.get("HTTP_X_AMZ_DATE")
    if not stamp:
        return False
    then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
    now = datetime.datetime.utcnow() + datetime.timedelta(seconds=read("skew", 0))
    return abs(now - then) > SKEW


class Front:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start):
        method, where = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if where.startswith("/_objects"):
            return objects(method, where, environ, start)
        said = answer(method)
        if said == "nonsense":
            start("200 OK", [("content-type", "application/xml")])
            return [b"<ListBucketResult><Contents>&nonsense;"]
        if said and said not in ("vanish", "hang"):
            return error(start, said, said.split()[-1])
        if too_skewed(environ):
            return error(start, "403 Forbidden", "RequestTimeTooSkewed")
        answered = self.app(environ, start)
        if said:
            answered = [b"".join(answered)]
        if said == "hang":
            open(path("hanging"), "w").close()
            time.sleep(60)
        if said == "vanish":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answered


def objects(method, where, environ, start):
    bucket = s3_backends[ACCOUNT]["aws"].buckets[BUCKET]
    key = where[len("/_objects/"):]
    if method == "PUT":
        content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        s3_backends[ACCOUNT]["aws"].put_object(BUCKET, key, content)
    elif method == "DELETE":
        s3_backends[ACCOUNT]["aws"].delete_object(BUCKET, key)
    all_of_them = {key: bucket.keys[key].value.decode() for key in sorted(bucket.keys)}
    body = json.dumps(all_of_them).encode()
    start("200 OK", [("content-type", "application/json"), ("content-length", str(len(body)))])
    return [body]


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


app = DomainDispatcherApplication(create_backend_app)
context = None
if options.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("cert.pem"), path("key.pem"))
server = make_server("127.0.0.1", options.port, Front(app), threaded=True, request_handler=Quiet, ssl_context=context)
threading.Thread(target=server.serve_forever, daemon=True).start()

# Who may do what is set up before anybody is asked who they are.
scheme = "https" if options.tls else "http"
made = dict(endpoint_url=f"{scheme}://127.0.0.1:{server.port}", verify=False)
boto3.client("s3", **made).create_bucket(Bucket=BUCKET)
iam = boto3.client("iam", **made)
iam.create_user(UserName="tenure")
allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_user_policy(UserName="tenure", PolicyName="all", PolicyDocument=json.dumps(allow))
key = iam.create_access_key(UserName="tenure")["AccessKey"]
settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
print(server.port, key["AccessKeyId"], key["SecretAccessKey"], sep="\n", flush=True)
sys.stdin.read()
