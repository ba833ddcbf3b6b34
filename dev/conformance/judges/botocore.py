"""Signs with botocore what the standard input asks for, and prints the results: JSON lists, in the same order."""

import datetime
import json
import sys

import botocore.auth
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signed(task):
    date = datetime.datetime.strptime(task["date"], botocore.auth.SIGV4_TIMESTAMP)
    botocore.auth.get_current_datetime = lambda *_, **__: date
    keys = task["keys"]
    if "user" in task:
        session = botocore.session.Session()
        client = session.create_client(
            "rds" if "port" in task else "dsql",
            region_name=task["region"],
            aws_access_key_id=keys["accessKeyId"],
            aws_secret_access_key=keys["secretAccessKey"],
            aws_session_token=keys.get("sessionToken"),
        )
        if "port" in task:
            return client.generate_db_auth_token(task["host"], task["port"], task["user"])
        if task["user"] == "admin":
            return client.generate_db_connect_admin_auth_token(task["host"])
        return client.generate_db_connect_auth_token(task["host"])
    request = AWSRequest(
        method=task["method"], url=task["url"], headers=task["headers"], data=task["body"].encode()
    )
    request.context["payload_signing_enabled"] = task["signsBody"]
    credentials = Credentials(keys["accessKeyId"], keys["secretAccessKey"], keys.get("sessionToken"))
    botocore.auth.SigV4Auth(credentials, task["service"], task["region"]).add_auth(request)
    return request.headers["Authorization"]


json.dump([signed(task) for task in json.load(sys.stdin)], sys.stdout)
