# SPDX-License-Identifier: Apache-2.0
"""prove_proxy.py API_BASE_URL: what a placeholder is good for, at the proxy of the environment and elsewhere."""

import json
import os
import pathlib
import sys

import requests
from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig

from proof import require

TABLE = pathlib.Path(__file__).resolve().parents[2] / "Fixtures" / "turnkey-paths.json"


def stamper(prefix="TURNKEY_"):
    return ApiKeyStamper(
        ApiKeyStamperConfig(os.environ[f"{prefix}API_PUBLIC_KEY"], os.environ[f"{prefix}API_PRIVATE_KEY"])
    )


class Proof:
    def __init__(self, api):
        self.api = api
        self.proxy = os.environ["TURNKEY_BASE_URL"]
        self.organization = os.environ["TURNKEY_ORGANIZATION_ID"]
        self.stamper = stamper()

    def post(self, path, body, base=None, stamped=None, **headers):
        text = json.dumps(body)
        stamp = self.stamper.stamp(text if stamped is None else stamped)
        fields = {stamp.stamp_header_name: stamp.stamp_header_value, "Content-Type": "application/json", **headers}
        return requests.post((base or self.proxy) + path, data=text, headers=fields, timeout=120, allow_redirects=False)

    def prove_answers(self):
        body = {"organizationId": self.organization}
        answer = self.post("/public/v1/query/whoami", body)
        require(answer.status_code == 200 and answer.json()["organizationId"] == self.organization, "whoami", answer.text)
        fields = {name.lower() for name in answer.headers}
        require("x-stamp" not in fields, "no stamp comes back", fields)
        require(self.post("/public/v1/query/whoami", body, base=self.api).status_code == 401, "the API knows no placeholder")
        # A port of another number, and another name for the address.
        for host in ("localhost", "evil.example", self.proxy.removeprefix("http://") + "1"):
            answer = self.post("/public/v1/query/whoami", body, Host=host)
            require(answer.status_code == 421, f"Host {host} is refused", answer.text)
        answer = self.post("/public/v1/query/whoami", body, Origin=self.proxy)
        require(answer.status_code == 403, "a page is refused", answer.text)

    def prove_stamps(self):
        body = {"organizationId": self.organization}
        answer = self.post("/public/v1/query/whoami", body, stamped="{}")
        require(answer.status_code == 401, "a stamp of another body is refused", answer.text)
        require(answer.headers["Stampd-Fallback"] == "never", "and says never", answer.headers)
        generic = ApiKeyStamper(ApiKeyStamperConfig(os.environ["OTHER_PUBLIC_KEY"], os.environ["OTHER_PRIVATE_KEY"]))
        (self.stamper, own) = (generic, self.stamper)
        answer = self.post("/public/v1/query/whoami", body)
        self.stamper = own
        require(answer.status_code == 401, "another key's stamp is refused", answer.text)
        answer = requests.post(self.proxy + "/public/v1/query/whoami", data="{}", timeout=120)
        require(answer.status_code == 401, "no stamp is refused", answer.text)
        answer = self.post("/public/v1/query/whoami", {"organizationId": "x" * (1 << 20)})
        require(answer.status_code == 413, "more than 1 MiB is refused", answer.status_code)

    def prove_paths(self):
        """Of each path: another type, a query's body or an activity's, and another spelling of the path."""
        refused = 0
        for row in json.loads(TABLE.read_text(encoding="utf-8"))["paths"]:
            (path, own) = (row["path"], row["type"])
            wrong = [{"type": "ACTIVITY_TYPE_ANOTHER"}, {"type": (own or "ACTIVITY_TYPE_A") + "_X"}]
            if own is not None:
                wrong.append({"organizationId": self.organization})
            statuses = [self.post(path, body).status_code for body in wrong]
            if set(statuses) != {403}:
                sys.exit(f"not so: {path} {statuses}")
            if self.post(path + "?a", {}).status_code != 404:
                sys.exit(f"not so: {path}?a")
            refused += 1
        require(refused == 191, "191 paths refuse what is not theirs", refused)


def main():
    proof = Proof(sys.argv[1])
    proof.prove_answers()
    proof.prove_stamps()
    proof.prove_paths()


if __name__ == "__main__":
    main()
