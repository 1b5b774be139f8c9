#!/bin/bash
# What kindnet does in kind's own images: as soon as the controller manager has given this node a range, the network of its pods
# is configured, and each other node's range is routed to that node.
set -o errexit -o nounset -o pipefail

export KUBECONFIG=/etc/kubernetes/kubelet.conf
until [ -s "$KUBECONFIG" ]; do sleep 0.2; done
server=$(sed -n 's/^ *server: //p' "$KUBECONFIG")
# Far cheaper than kubectl, on a machine that is busy starting the API server.
until curl --silent --fail --insecure --output /dev/null "$server/readyz"; do sleep 0.3; done

columns='{.metadata.name} {.spec.podCIDR} {.status.addresses[?(@.type=="InternalIP")].address}{"\n"}'
kubectl get nodes --watch -o "jsonpath=$columns" | while read -r name range address; do
  [ -n "$address" ] || continue
  if [ "$name" != "$(hostname)" ]; then
    ip route replace "$range" via "$address"
    continue
  fi
  mkdir -p /etc/cni/net.d
  cat >/etc/cni/net.d/.10-pods.conflist <<CONFIGURATION
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "ptp", "ipMasq": true, "ipam": {
    "type": "host-local", "ranges": [[{"subnet": "$range"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}
]}
CONFIGURATION
  mv /etc/cni/net.d/.10-pods.conflist /etc/cni/net.d/10-pods.conflist
done
