#!/usr/bin/env bash
# Fetches shared libraries of engines for building and testing, and prints the lines that make them known:
#
#     eval "$(bash ci/native-libs.sh)"                        onnxruntime, for the backend `ort`: 27 MB
#     eval "$(bash ci/native-libs.sh onnxruntime libtorch)"   also libtorch for the processor, for the backend `tch`: 540 MB
#
# They come from the Python package index (versions and digests below) and are kept in
# ${XDG_CACHE_HOME:-~/.cache}/modelhub-native; the second call takes no time. Needs python3 with pip for the download and,
# for libtorch, a C compiler; nothing is installed, and no Python package is imported. Linux on x86-64 (glibc 2.28 or newer),
# onnxruntime on ARM64 too; elsewhere `pip install onnxruntime` and the archive of libtorch of pytorch.org do the same by hand.
set -euo pipefail

readonly ORT_VERSION=1.32.0
readonly ORT_DIGEST_X86_64=5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d
readonly ORT_DIGEST_AARCH64=2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c
readonly TORCH_VERSION=2.13.0 # what the crate tch 0.26 expects
readonly TORCH_DIGEST=60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7
# The only two libraries of NVIDIA that the part of libtorch for the processor is linked with.
readonly CUPTI_VERSION=13.5.25
readonly CUPTI_DIGEST=9dcca41c12a734192b14e7128ae116bc9ce1b9da686e2ebf48ae7a4415f76650
readonly CUDART_VERSION=13.5.37
readonly CUDART_DIGEST=df2b79a8852f10d1fef8c848489c49eebb5754051bf870202a862831412b179d

fail() {
    echo "native-libs: $*" >&2
    exit 1
}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/modelhub-native
machine=$(uname -s)-$(uname -m)
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

# A folder that is renamed when it is complete, so that what broke off leaves nothing that looks whole.
begin() {
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/unpacking.XXXXXX")
}

finish() { # the name of the folder in the cache
    rm -rf "${cache:?}/$1"
    mv "$work/unpacked" "$cache/$1"
    rm -rf "$work"
    work=
}

# Downloads packages into $work. The libraries do not depend on the version of Python; one is named so that there is one
# file and one digest for each.
download() { # the architecture; name==version and digest of each package
    local architecture=$1
    shift
    while [ $# -gt 0 ]; do
        echo "$1 --hash=sha256:$2" >>"$work/requirements.txt"
        shift 2
    done
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
        --implementation cp --python-version 3.11 --platform "manylinux_2_28_$architecture" \
        --platform "manylinux_2_25_$architecture" --platform "manylinux2014_$architecture" \
        --dest "$work" --requirement "$work/requirements.txt" >&2
}

onnxruntime() {
    local digest
    case "$machine" in
        Linux-x86_64) digest=$ORT_DIGEST_X86_64 ;;
        Linux-aarch64) digest=$ORT_DIGEST_AARCH64 ;;
        *)
            fail "no onnxruntime is known for $machine: install the Python package onnxruntime, and set ORT_DYLIB_PATH" \
                "to the shared library in its folder onnxruntime/capi"
            ;;
    esac
    local name=onnxruntime-$ORT_VERSION-${machine#Linux-}
    local file=onnxruntime/capi/libonnxruntime.so.$ORT_VERSION
    if [ ! -f "$cache/$name/$file" ]; then
        begin
        download "${machine#Linux-}" "onnxruntime==$ORT_VERSION" "$digest"
        python3 -m zipfile -e "$work"/onnxruntime-*.whl "$work/unpacked" >&2
        [ -f "$work/unpacked/$file" ] || fail "the package has no libonnxruntime.so.$ORT_VERSION"
        finish "$name"
    fi
    printf 'export ORT_DYLIB_PATH=%q\n' "$cache/$name/$file"
}

libtorch() {
    [ "$machine" = Linux-x86_64 ] ||
        fail "no libtorch is known for $machine: unpack libtorch $TORCH_VERSION of pytorch.org and set LIBTORCH to its folder"
    local name=libtorch-$TORCH_VERSION-x86_64
    if [ ! -f "$cache/$name/lib/libtorch.so" ]; then
        command -v cc >/dev/null || fail "libtorch needs a C compiler (cc)"
        begin
        download x86_64 "torch==$TORCH_VERSION" "$TORCH_DIGEST" "nvidia-cuda-cupti==$CUPTI_VERSION" "$CUPTI_DIGEST" \
            "nvidia-cuda-runtime==$CUDART_VERSION" "$CUDART_DIGEST"
        python3 - "$work" <<'PYTHON' >&2
import pathlib, shutil, sys, zipfile

work = pathlib.Path(sys.argv[1])
wanted = {"torch/lib/libtorch_cpu.so", "torch/lib/libc10.so", "torch/lib/libgomp.so.1",
          "nvidia/cu13/lib/libcupti.so.13", "nvidia/cu13/lib/libcudart.so.13"}
for wheel in work.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name in wanted:
                target = work / "unpacked/lib" / name.rsplit("/", 1)[1]
            elif name.startswith("torch/include/") and not name.endswith("/"):
                target = work / "unpacked" / name.removeprefix("torch/")
            else:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy)
            wanted.discard(name)
if wanted:
    sys.exit("native-libs: the packages lack " + ", ".join(sorted(wanted)))
PYTHON
        echo "$TORCH_VERSION" >"$work/unpacked/build-version"
        # The package's own libtorch.so is linked with gigabytes of CUDA; it is nothing but a list of libraries.
        (cd "$work/unpacked/lib" && echo 'int modelhub_stub;' |
            cc -shared -fPIC -x c - -o libtorch.so -Wl,--no-as-needed -L. -ltorch_cpu -lc10 -Wl,-rpath,'$ORIGIN' \
                -Wl,--allow-shlib-undefined)
        finish "$name"
    fi
    printf 'export LIBTORCH=%q\n' "$cache/$name"
    printf 'export LD_LIBRARY_PATH=%q"${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\n' "$cache/$name/lib"
}

[ $# -gt 0 ] || set -- onnxruntime
for library in "$@"; do
    case "$library" in
        onnxruntime | libtorch) "$library" ;;
        *) fail "there is no library $library: expected onnxruntime or libtorch" ;;
    esac
done
