#!/bin/bash
# A node image for kind from Debian packages and Go-built programs, for hosts that can pull none.
# build.sh TAG PROGRAMS WORK VERSION MIRROR
#   PROGRAMS: the folder of what tools.py built; WORK: an empty folder for 2 GB, which is removed at the end
# Needs root, debootstrap, containerd, and a Docker engine that is up.
set -euo pipefail
tag=$1 bin=$2 work=$3 version=v$4 mirror=$5
here=$(cd "$(dirname "$0")" && pwd) fs=$work/rootfs
provisioner=personalbots/local-path-provisioner:v0.0.30 helper=personalbots/local-path-helper:v1
packages=systemd,containerd,runc,containernetworking-plugins,iptables,nftables,conntrack,ethtool,socat,jq,iproute2,procps,kmod
packages+=,util-linux,mount,ca-certificates,busybox-static
mkdir -p "$work"

echo "== Debian"
debootstrap --variant=minbase --include=$packages bookworm "$fs" "$mirror"

echo "== the system's images: nothing but one program each"
import() { # TAG FOLDER ENTRYPOINT…
  local tag=$1 folder=$2; shift 2
  tar -C "$folder" -c . | docker import -c "ENTRYPOINT [$*]" -c 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$tag"
}
single() { # TAG PROGRAM PATH-IN-THE-IMAGE
  rm -rf "$work/one"; install -D "$2" "$work/one$3"; install -d -m 1777 "$work/one/tmp"; install -d "$work/one/etc"
  import "$1" "$work/one" "\"$3\""
}
mapfile -t images < <("$bin/kubeadm" config images list --kubernetes-version "$version")
named() { printf '%s\n' "${images[@]}" | grep "/$1:"; }
for part in kube-apiserver kube-controller-manager kube-scheduler; do single "$(named $part)" "$bin/$part" /usr/local/bin/$part; done
single "$(named etcd)" "$bin/server" /usr/local/bin/etcd
single "$(named coredns)" "$bin/coredns" /coredns
single "$(named pause)" "$bin/pause" /pause
single $provisioner "$bin/local-path-provisioner" /usr/local/bin/local-path-provisioner
busybox=$work/busybox; install -D "$fs/bin/busybox" "$busybox/bin/busybox"; install -d -m 1777 "$busybox/tmp"
for name in sh mkdir rm; do ln -s busybox "$busybox/bin/$name"; done
import $helper "$busybox"
# kube-proxy calls iptables: without every library of every one of its modules it programs no service, and still says Ready
proxy=$work/proxy; mkdir -p "$proxy"/{usr/lib,usr/sbin,lib64,tmp,etc,run}; ln -s usr/lib "$proxy/lib"
install -D "$bin/kube-proxy" "$proxy/usr/local/bin/kube-proxy"
modules=$(cd "$fs" && echo usr/lib/*-linux-gnu/xtables); mkdir -p "$proxy/$(dirname "$modules")"; cp -a "$fs/$modules" "$proxy/$modules"
for name in xtables-nft-multi nft; do cp "$fs/usr/sbin/$name" "$proxy/usr/sbin/"; done
for name in ip{,6}tables{,-save,-restore}; do ln -s xtables-nft-multi "$proxy/usr/sbin/$name"; done
chroot "$fs" sh -c "ldd /usr/sbin/xtables-nft-multi /usr/sbin/nft /$modules/*.so" | grep -oE '/[^ ]+\.so[^ :]*' | grep -v "/$modules/" | sort -u |
  while read -r library; do install -D "$fs$library" "$proxy$library"; done
import "$(named kube-proxy)" "$proxy" '"/usr/local/bin/kube-proxy"'
docker save "${images[@]}" $provisioner $helper >"$work/images.tar"
docker image rm "${images[@]}" $provisioner $helper >/dev/null

echo "== the node's files"
put() { install -D -m "$1" "$here/$2" "$fs$3"; }
put 755 entrypoint /usr/local/bin/entrypoint
put 755 kubelet-cgroups /kind/bin/kubelet-cgroups
put 644 kubelet.conf /kind/kubelet.d/10-node.conf
put 644 default-cni.yaml /kind/manifests/default-cni.yaml
put 644 default-storage.yaml /kind/manifests/default-storage.yaml
put 644 config.toml /etc/containerd/config.toml
put 644 10-bridge.conflist /etc/cni/net.d/10-bridge.conflist
put 644 10-kind-sysctl.conf /etc/sysctl.d/10-kind.conf
put 644 kubelet.service /etc/systemd/system/kubelet.service
put 644 containerd.service /etc/systemd/system/containerd.service
sed -i "s#^  sandbox_image = .*#  sandbox_image = \"$(named pause)\"#" "$fs/etc/containerd/config.toml"
echo "$version" >"$fs/kind/version"
echo 'runtime-endpoint: unix:///run/containerd/containerd.sock' >"$fs/etc/crictl.yaml"
mkdir -p "$fs/opt/cni" "$fs/etc/kubernetes/manifests"; ln -sfn /usr/lib/cni "$fs/opt/cni/bin"
install -m 755 "$bin"/{kubelet,kubectl,kubeadm,crictl} "$fs/usr/bin/"
# systemd starts what a node needs and nothing else
ln -sf /lib/systemd/systemd "$fs/sbin/init"
rm -f "$fs"/etc/systemd/system/*.wants/* "$fs"/lib/systemd/system/{multi-user,local-fs}.target.wants/* \
  "$fs"/lib/systemd/system/sockets.target.wants/*udev* "$fs"/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service
mkdir -p "$fs/etc/systemd/system/multi-user.target.wants"
for unit in kubelet containerd; do ln -s "/etc/systemd/system/$unit.service" "$fs/etc/systemd/system/multi-user.target.wants/"; done
ln -sf /dev/null "$fs/etc/systemd/system/systemd-binfmt.service"
ln -sf /lib/systemd/system/multi-user.target "$fs/etc/systemd/system/default.target"
rm -rf "$fs"/var/cache/apt/* "$fs"/var/lib/apt/lists/* "$fs"/usr/share/{doc,man,locale}/*

echo "== the images into the node, by a containerd whose root lies in it"
mkdir -p "$fs/var/lib/containerd" "$work/containerd"; socket=$work/containerd/socket
cat >"$work/containerd/config.toml" <<END
version = 2
root = "$fs/var/lib/containerd"
state = "$work/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$socket"
END
containerd --config "$work/containerd/config.toml" & containerd=$!
trap 'kill $containerd 2>/dev/null || true' EXIT
for _ in $(seq 100); do ctr -a "$socket" version >/dev/null 2>&1 && break; sleep 0.2; done
ctr -a "$socket" -n k8s.io images import --snapshotter overlayfs "$work/images.tar"
kill $containerd; wait $containerd || true; trap - EXIT

echo "== $tag"
tar -C "$fs" -c --exclude='./proc/*' --exclude='./sys/*' . |
  docker import -c 'ENV container=docker' -c 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]' - "$tag"
rm -rf --one-file-system "$work"
