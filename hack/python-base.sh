#!/bin/bash
# What python:3.13-slim is (Debian 13 with Python 3.13), from Debian's packages, for hosts that cannot pull it.
# python-base.sh TAG DIR MIRROR    needs root, debootstrap and a Docker engine that is up
set -euo pipefail
tag=$1 root=$2/python-base mirror=$3
if [ ! -e "$root.done" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates trixie "$root" "$mirror"
  touch "$root.done"
fi
tar -C "$root" -c --exclude=./proc/* --exclude=./sys/* --exclude=./var/cache/apt/* --exclude=./var/lib/apt/lists/* --exclude=./var/log/* \
  --exclude=./usr/share/man/* --exclude=./usr/share/locale/* --exclude=./usr/share/info/* --exclude=./usr/share/doc/*/[!c]* . |
  docker import -c 'CMD ["python3"]' -c 'ENV LANG=C.UTF-8' - "$tag"
