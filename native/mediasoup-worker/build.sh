#!/bin/sh
# Builds mediasoup-worker from the sources in its npm package and the libraries of this system:
#   build.sh FOLDER_OF_THE_NPM_PACKAGE OUTPUT
# Nothing is downloaded: overlay/ holds a description of a system library for each of meson's wraps, which would
# fetch one. Takes about ten minutes on two cores. JOBS limits the processes. native/README.md has the reasons.
set -eu

package=$(cd "$1" && pwd)
recipe=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$2")"
output=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cp -R "$package/worker" "$work/worker"
cd "$work/worker"
rm -rf out

# A wrap names the folder that it would unpack into; meson takes what lies there already.
for overlay in "$recipe"/overlay/*; do
  wrap="subprojects/$(basename "$overlay").wrap"
  folder=$(sed -n 's/^directory *= *//p' "$wrap")
  cp -R "$overlay" "subprojects/$folder"
done

# patch FILE OLD NEW: replaces a fixed text that must be there, so that a new version of mediasoup cannot drop a patch unseen.
patch_text() {
  grep -qF "$2" "$1" || { echo "$1 no longer contains: $2" >&2; exit 1; }
  old=$(printf '%s' "$2" | sed 's/[]\/$*.^[&]/\\&/g')
  new=$(printf '%s' "$3" | sed 's/[\/&]/\\&/g')
  sed -i.before "s/$old/$new/" "$1"
}
# Debian 12 has meson 1.0; nothing newer is used.
patch_text meson.build "meson_version: '>= 1.1.0'" "meson_version: '>= 1.0.0'"
# The callback answers 1 to every control call, so an OpenSSL with kernel TLS believes that the memory BIO does it,
# allocates no write buffer and crashes in the handshake. BIO_CB_RETURN is a flag, not a value.
patch_text src/RTC/DtlsTransport.cpp '(operationType == BIO_CB_RETURN)' '(operationType & BIO_CB_RETURN)'

meson setup --wrap-mode=nodownload --buildtype=release -Db_ndebug=true build
# First and alone: other sources include its headers without depending on them.
meson compile -C build flatbuffers-generator
meson compile -C build -j "${JOBS:-$(nproc 2>/dev/null || echo 2)}" mediasoup-worker

# Without the environment that mediasoup sets, a worker that can run exits with 41.
code=0
env -i build/mediasoup-worker 2>/dev/null || code=$?
if [ "$code" -ne 41 ]; then
  echo "The built mediasoup-worker does not run (exit $code)." >&2
  exit 1
fi
strip -o "$output.part" build/mediasoup-worker
chmod 755 "$output.part"
mv "$output.part" "$output"
