"""What other people's programs in Python are: the kubernetes client and kopf as they are published."""

import json

import kopf
from kubernetes import client, config, watch


def report(what, **details):
    print(json.dumps({"what": what, **details}), flush=True)


@kopf.on.startup()
def started(settings, **_):
    settings.persistence.finalizer = "e2e.keelson.dev/kopf"
    config.load_kube_config()
    core = client.CoreV1Api()
    core.create_namespaced_config_map("default", {"metadata": {"name": "python"}, "data": {"a": "1"}})
    core.patch_namespaced_config_map("python", "default", {"data": {"a": "2"}})
    listed = core.list_namespaced_config_map("default", limit=1)
    report("listed", more=listed.metadata._continue is not None)
    for event in watch.Watch().stream(
        core.list_namespaced_config_map, "default", field_selector="metadata.name=python", timeout_seconds=1
    ):
        report("watched", type=event["type"], data=event["object"].data)
    try:
        core.read_namespaced_config_map("missing", "default")
    except client.ApiException as error:
        report("refused", status=error.status, reason=json.loads(error.body)["reason"])


@kopf.on.create("e2e.keelson.dev", "v1", "widgets")
def created(spec, name, patch, **_):
    patch.status["observedSize"] = spec["size"]
    report("created", name=name, size=spec["size"])


@kopf.on.update("e2e.keelson.dev", "v1", "widgets", field="spec.size")
def updated(old, new, name, **_):
    report("updated", name=name, old=old, new=new)


@kopf.on.delete("e2e.keelson.dev", "v1", "widgets")
def deleted(name, **_):
    report("deleted", name=name)
