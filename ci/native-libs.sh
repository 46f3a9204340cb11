#!/usr/bin/env bash
# Fetches the shared library of onnxruntime for the backend `ort` and prints the line that makes it known:
#
#     eval "$(bash ci/native-libs.sh)"
#
# It comes from the Python package index (27 MB, version and digests below) and is kept in
# ${XDG_CACHE_HOME:-~/.cache}/modelhub-native. Needs python3 with pip for the download; nothing is installed, and no
# Python package is imported. Linux on x86-64 and ARM64 (glibc 2.28 or newer); elsewhere `pip install onnxruntime` does
# the same by hand.
set -euo pipefail

readonly VERSION=1.32.0
case "$(uname -s)-$(uname -m)" in
    Linux-x86_64)
        platform=manylinux_2_28_x86_64
        digest=5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d
        ;;
    Linux-aarch64)
        platform=manylinux_2_28_aarch64
        digest=2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c
        ;;
    *)
        echo "native-libs: no library is known for $(uname -s) on $(uname -m): install the Python package" \
            "onnxruntime, and set ORT_DYLIB_PATH to the shared library in its folder onnxruntime/capi" >&2
        exit 1
        ;;
esac

cache=${XDG_CACHE_HOME:-$HOME/.cache}/modelhub-native
folder=$cache/onnxruntime-$VERSION-${platform##*2_28_}
library=$folder/onnxruntime/capi/libonnxruntime.so.$VERSION

if [ ! -f "$library" ]; then
    mkdir -p "$cache"
    # Unpacked aside and renamed, so that a download that broke off leaves nothing that looks whole.
    work=$(mktemp -d "$cache/unpacking.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    echo "onnxruntime==$VERSION --hash=sha256:$digest" >"$work/requirements.txt"
    # The library does not depend on the version of Python; one is named so that there is one file and one digest.
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
        --implementation cp --python-version 3.11 --platform "$platform" \
        --dest "$work" --requirement "$work/requirements.txt" >&2
    python3 -m zipfile -e "$work"/onnxruntime-*.whl "$work/unpacked" >&2
    [ -f "$work/unpacked/onnxruntime/capi/libonnxruntime.so.$VERSION" ] || {
        echo "native-libs: the package has no libonnxruntime.so.$VERSION" >&2
        exit 1
    }
    rm -rf "$folder"
    mv "$work/unpacked" "$folder"
fi

printf 'export ORT_DYLIB_PATH=%q\n' "$library"
