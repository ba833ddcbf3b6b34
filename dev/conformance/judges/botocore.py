"""Signs with botocore what the standard input asks for, and prints the results: JSON lists, in the same order."""

import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signed(task):
    date = datetime.datetime.strptime(task["date"], botocore.auth.SIGV4_TIMESTAMP)
    botocore.auth.get_current_datetime = lambda *_, **__: date
    keys = task["keys"]
    request = AWSRequest(
        method=task["method"], url=task["url"], headers=task["headers"], data=task["body"].encode()
    )
    request.context["payload_signing_enabled"] = task["signsBody"]
    credentials = Credentials(keys["accessKeyId"], keys["secretAccessKey"], keys.get("sessionToken"))
    botocore.auth.SigV4Auth(credentials, task["service"], task["region"]).add_auth(request)
    return request.headers["Authorization"]


json.dump([signed(task) for task in json.load(sys.stdin)], sys.stdout)
