# SPDX-License-Identifier: Apache-2.0
"""prove_manifests.py FOLDER DIRECTORY: the manifests of FOLDER are what Kubernetes takes, by the schemas of
kubernetes-validate; what belongs together in them does. Writes stampd.json of them to DIRECTORY, and the frame's and the
courier's command lines as JSON."""

import json
import pathlib
import sys

import kubernetes_validate
import yaml
from proof import ok, require


def read(folder):
    documents = {}
    for path in sorted(pathlib.Path(folder).glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            version = kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
            ok(f"{path.name}: {document['kind']} {document['metadata']['name']} is one of Kubernetes {version}")
            documents[document["kind"]] = document
    return documents


def expect_refusal(document):
    """The check is one that can fail."""
    wrong = json.loads(json.dumps(document))
    wrong["spec"]["template"]["spec"]["hostPid"] = True
    try:
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError:
        ok("a member that Kubernetes does not have is refused")
    else:
        sys.exit("not so: a member that Kubernetes does not have is refused")


def expect_apart(frame):
    require(frame["hostPID"] is True, "the frame sees the processes of other pods")
    contexts = {container["name"]: container["securityContext"] for container in frame["containers"]}
    for name, context in contexts.items():
        closed = context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
        require(closed and context["runAsNonRoot"] and context["capabilities"]["drop"] == ["ALL"], f"{name} has no rights")
    users = {name: context["runAsUser"] for name, context in contexts.items()}
    require(len(set(users.values())) == len(users) == 2, "no two containers have one user", users)
    groups = {name: context["runAsGroup"] for name, context in contexts.items()}
    require(len(set(groups.values())) == len(groups), "nor one group", groups)
    # Of all containers of the pod.
    shared = frame["securityContext"]["supplementalGroups"]
    require(shared == [groups["courier"]], "the frame is in the courier's group, and the courier not in the frame's", shared)
    return contexts


def expect_delivery(frame, contexts):
    """Courier and frame meet at the deliver socket alone."""
    arguments = {container["name"]: container["args"] for container in frame["containers"]}
    group = contexts["courier"]["runAsGroup"]
    require(f"--deliver-group={group}" in arguments["frame"], "the frame opens the deliver socket to the courier's group")
    user = contexts["frame"]["runAsUser"]
    require(f"--frame-user={user}" in arguments["courier"], "the courier trusts the frame's user")


def expect_journal(frame, configuration):
    """The node's journal takes the audit, which the frame does not go without."""
    require(configuration["auditRequired"] is True, "the frame starts no session without a record")
    volumes = {volume["name"]: volume for volume in frame["volumes"]}
    mounts = {
        container["name"]: [mount for mount in container["volumeMounts"] if "journal" in mount["mountPath"]]
        for container in frame["containers"]
    }
    require(not mounts["courier"], "the courier has no journal")
    [mount] = mounts["frame"]
    path = "/run/systemd/journal"
    source = volumes[mount["name"]]["hostPath"]
    mounted = mount["mountPath"] == source["path"] == path and source["type"] == "Directory" and mount["readOnly"]
    require(mounted, "the frame has the journal's directory of its node", (mount, source))


def expect_authorization(configuration, contexts):
    gids = {name: rule["gids"] for name, rule in configuration["authorization"].items()}
    owner, courier = (contexts[name]["runAsGroup"] for name in ("frame", "courier"))
    require(
        gids == {"stamp": [owner], "control": [owner], "deliver": [courier]},
        "the courier's group opens the deliver socket alone",
        gids,
    )


def main():
    folder, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    documents = read(folder)
    expect_refusal(documents["DaemonSet"])
    frame = documents["DaemonSet"]["spec"]["template"]["spec"]
    contexts = expect_apart(frame)
    text = documents["ConfigMap"]["data"]["stampd.json"]
    configuration = json.loads(text)
    expect_authorization(configuration, contexts)
    expect_delivery(frame, contexts)
    expect_journal(frame, configuration)
    service, carrier = documents["Service"], documents["StatefulSet"]["spec"]["template"]
    require(service["spec"]["selector"].items() <= carrier["metadata"]["labels"].items(), "the Service finds the carrier")
    (directory / "stampd.json").write_text(text)
    commands = {container["name"]: container["command"] + container["args"] for container in frame["containers"]}
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
    require(f"--carrier=etcd+https://{host}:2379" in commands["courier"], "the courier asks it by its name")
    (directory / "commands.json").write_text(json.dumps(commands))


main()
